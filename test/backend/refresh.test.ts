import assert from "node:assert/strict";
import { Databases } from "../../src/backend/engine/postgres/databases";
import { objectName } from "../../src/backend/engine/postgres/names";
import { refreshSubscription } from "../../src/backend/engine/postgres/subscriber";
import { EnginePair } from "../support/engine-pair";

/** Disables the subscription just before it is refreshed, as its workers do that fail in that moment. */
class FailingWorkers extends Databases {
  #times: number;

  constructor(times: number) {
    super();
    this.#times = times;
  }

  override readonly query: Databases["query"] = async (login, sql, values) => {
    const [, name] = /^ALTER SUBSCRIPTION (\S+) REFRESH/.exec(sql) ?? [];
    if (name !== undefined && this.#times-- > 0) {
      await super.query(login, `ALTER SUBSCRIPTION ${name} DISABLE`);
    }
    return await super.query(login, sql, values);
  };
}

describe("a subscription that is to follow other tables", () => {
  let pair: EnginePair;
  before(async () => {
    pair = await EnginePair.start();
  });
  after(() => pair?.dispose());

  for (const [times, outcome] of [
    [1, "is enabled again, where its workers disable it meanwhile"],
    [100, "fails with the server's own words where they do so each time"],
  ] as const) {
    it(outcome, async () => {
      const task = await pair.started({ source: "CREATE TABLE t (id int PRIMARY KEY)" });
      const databases = new FailingWorkers(times);
      try {
        const refreshed = refreshSubscription(databases, task);
        if (times > 1) {
          await assert.rejects(refreshed, { code: "55000" });
        } else {
          await refreshed;
          const name = objectName(task.id);
          const sql = `SELECT subenabled, subdisableonerr FROM pg_subscription WHERE subname = '${name}'`;
          assert.deepEqual(await pair.sql(task, "target", sql), [
            { subenabled: true, subdisableonerr: true },
          ]);
        }
      } finally {
        await databases.dispose();
      }
    });
  }
});
