import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KeptPasswords, type PasswordReference } from "../../../src/files/kept-passwords";

const shop: PasswordReference = {
  ...{ kind: "secret", name: "shop", user: "drs", host: "10.0.0.5", port: 5432, database: "shop" },
  through: "https://drs.example.com",
};

describe("the kept passwords of task files", () => {
  const folder = mkdtempSync(join(tmpdir(), "drs-kept-"));
  const stored = new Map<string, string>();
  const secrets = {
    get: async (key: string) => stored.get(key),
    store: async (key: string, value: string) => void stored.set(key, value),
    delete: async (key: string) => void stored.delete(key),
  };
  const kept = new KeptPasswords(secrets, folder);
  const otherWindow = new KeptPasswords(secrets, folder);
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("are for one name, user, host, port, database and service together", async () => {
    await kept.keep(shop, "one");
    assert.equal(await otherWindow.passwordOf(shop), "one");
    const others: Partial<PasswordReference>[] = [
      ...[{ name: "other" }, { user: "root" }, { host: "10.0.0.6" }, { port: 5433 }, { database: "copy" }],
      ...[{ through: "https://elsewhere.example.com" }, { through: "local" }],
    ];
    for (const other of others) {
      assert.equal(await kept.passwordOf({ ...shop, ...other }), undefined, JSON.stringify(other));
    }
  });

  it("say which variables may be sent, each to one place", async () => {
    const variable: PasswordReference = { ...shop, kind: "env", name: "DRS_SHOP" };
    assert.equal(await kept.isAllowed(variable), false);
    await kept.allow(variable);
    assert.equal(await otherWindow.isAllowed(variable), true);
    assert.equal(await kept.isAllowed({ ...variable, host: "10.0.0.6" }), false);
    assert.equal(await kept.isAllowed({ ...variable, through: "local" }), false);
  });

  it("are listed without a value, the newest first, and are forgotten in every window", async () => {
    assert.deepEqual(
      (await otherWindow.all()).map(({ name }) => name),
      ["DRS_SHOP", "shop"],
    );
    assert.doesNotMatch(JSON.stringify(await kept.all()), /one/);
    await otherWindow.forget(await otherWindow.all());
    assert.deepEqual([await kept.all(), stored.size], [[], 0]);
  });

  it("of 0.1.0, which no list has, are deleted when they are entered again", async () => {
    stored.set('drs.taskFile.["shop","drs","10.0.0.5",5432,"shop"]', "of 0.1.0");
    assert.equal(await kept.passwordOf(shop), undefined);
    await kept.keep(shop, "two");
    assert.deepEqual([...stored.values()], ["two"]);
    await kept.forget(await kept.all());
    assert.equal(stored.size, 0);
  });

  it("lose none when two windows keep some at once, and at most 500 are kept", async () => {
    const many = Array.from({ length: 520 }, (_, port) => ({ ...shop, port }));
    await Promise.all(many.slice(0, 10).map((one, index) => [kept, otherWindow][index % 2]?.keep(one, "p")));
    assert.equal((await kept.all()).length, 10);
    for (const one of many.slice(10)) {
      await kept.keep(one, "p");
    }
    assert.deepEqual([(await kept.all()).length, stored.size], [500, 500]);
  });
});
