import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import type { DatabaseLogin } from "../engine/database-login";
import { ownClient } from "../engine/postgres/guarded-client";
import { log, reasonOf } from "../log";

const pauseMs = 350;
const retryMs = 1_000;
/** Older rows are removed now and then, so that the shop does not grow for ever. */
const keptRows = 20_000;
const purgeEvery = 200;

/** One visit of a customer: each is a transaction. Parameter $1 is any number. */
const transactions: readonly string[] = [
  `WITH o AS (INSERT INTO orders (customer_id, total) SELECT 1 + $1::int % 2000, 20 + $1::int % 100 RETURNING id),
        p AS (UPDATE products SET stock = stock - 1 WHERE id = 1 + $1::int % 500 RETURNING id, price)
   INSERT INTO order_items (order_id, line, product_id, quantity, price) SELECT o.id, 1, p.id, 1, p.price FROM o, p`,
  `WITH o AS (UPDATE orders SET status = 'paid' WHERE id = (SELECT max(id) - $1::int % 20 FROM orders) RETURNING id, total)
   INSERT INTO payments (order_id, amount, method) SELECT id, total, 'card' FROM o`,
  `INSERT INTO events (kind, data) VALUES ('visit', jsonb_build_object('page', $1::int % 50))`,
  `UPDATE customers SET city = 'Berlin' WHERE id = 1 + $1::int % 2000`,
  `WITH o AS (UPDATE orders SET status = 'shipped' WHERE id = (SELECT max(id) - 20 - $1::int % 20 FROM orders) RETURNING id, total)
   INSERT INTO invoices (order_id, amount) SELECT id, total FROM o`,
  `INSERT INTO reviews (product_id, stars, body) VALUES (1 + $1::int % 500, 1 + $1::int % 5, 'Review of today')`,
];

const purge = ["events", "payments", "invoices", "reviews", "orders"].map(
  (table) => `DELETE FROM ${table} WHERE id < (SELECT max(id) FROM ${table}) - ${keptRows} AND id < 900000`,
);

/** Keeps the shop busy: a few small transactions each second, until stopped. */
export class Load {
  readonly #stop = new AbortController();
  #done: Promise<void> = Promise.resolve();
  #lastTrouble = "";

  constructor(private readonly shop: DatabaseLogin) {}

  start(): void {
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const client = ownClient(this.shop);
      try {
        await client.connect();
        await this.#trade(client, signal);
      } catch (error) {
        this.#trouble(reasonOf(error));
      } finally {
        await client.end().catch(() => undefined);
      }
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #trade(client: pg.Client, signal: AbortSignal): Promise<void> {
    for (let count = 0; !signal.aborted; count++) {
      const sql = transactions[count % transactions.length] ?? "";
      await client.query(sql, [Math.floor(Math.random() * 1_000_000)]);
      if (count % purgeEvery === purgeEvery - 1) {
        for (const statement of purge) {
          await client.query(statement);
        }
      }
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  #trouble(reason: string): void {
    if (reason !== this.#lastTrouble) {
      this.#lastTrouble = reason;
      log(`the shop is closed for a moment: ${reason}`);
    }
  }
}
