import assert from "node:assert/strict";
import { copyDemo } from "../../scripts/demo-copy.mjs";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";

describe("a copy of a data directory", () => {
  const dataDirs = [makeDataDir(), makeDataDir()] as const;
  const backends: BackendProcess[] = [];
  const start = async (dataDir: string) => {
    const backend = await BackendProcess.start(dataDir, ["--demo"]);
    backends.push(backend);
    return backend;
  };
  after(async () => {
    await Promise.all(backends.map((backend) => backend.stop()));
    dataDirs.map(removeDataDir);
  });

  it("neither takes changes away from the tasks of the first one nor gets any of them", async () => {
    const [dataDir, copy] = dataDirs;
    await (await start(dataDir)).stop();
    await copyDemo(dataDir, copy);
    const first = await start(dataDir);
    // Nobody reads from the slots of the first one while the copy begins.
    await first.fault({ kind: "killed_engine", server: "target", seconds: 600 });
    await first.sql("source", "shop", "INSERT INTO orders (customer_id, total) VALUES (1, 1)");
    const second = await start(copy);
    await inSync(second);
    await first.clearFaults();
    await until("its target is back", () => first.sql("target", "postgres", "SELECT 1").catch(() => false));
    await inSync(first);
  });
});

/** Waits until an order of now has arrived, and then expects the orders before it at both ends. */
async function inSync(backend: BackendProcess): Promise<void> {
  const [last] = await backend.sql<{ id: string }>(
    "source",
    "shop",
    "INSERT INTO orders (customer_id, total) VALUES (1, 1) RETURNING id",
  );
  const orders = (limit: number) =>
    `SELECT id, customer_id, total, created_at FROM orders WHERE id <= ${last?.id} ORDER BY id DESC LIMIT ${limit}`;
  await until(
    "the last order has arrived",
    async () => await backend.sql<{ id: string }>("target", "shop_copy", orders(1)),
    ([row]) => row?.id === last?.id,
  );
  const [source, target] = await Promise.all([
    backend.sql("source", "shop", orders(20)),
    backend.sql("target", "shop_copy", orders(20)),
  ]);
  assert.deepEqual(target, source);
}
