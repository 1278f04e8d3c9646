import assert from "node:assert/strict";
import { DrsError } from "../../../../src/drs/errors";
import type { Login } from "../../../../src/tasks/use-cases/local-tasks";
import { needsOwner, RemedyRunner, remedyScripts } from "../../../../src/tasks/use-cases/remedy";
import { localSessionOf } from "../../../support/local-session";
import { MemoryService } from "../../../support/service";
import { task } from "../../details/facts";

const script = { side: "target", sql: "DELETE FROM t;", open: false } as const;
const outcome = { command: "DELETE", row_count: 1 };

/** A database that accepts one password, and a user who gives these, one after another. */
function worldOf(right: string | undefined, given: readonly string[]) {
  const tried: (string | undefined)[] = [];
  const refusals: unknown[] = [];
  const session = localSessionOf(new MemoryService().caller, {
    runSql: async (_id, _side, _sql, login) => {
      const password = login === "owner" ? login : login?.password;
      tried.push(password);
      if (password !== right) {
        throw new Error("password authentication failed");
      }
      return outcome;
    },
  });
  const passwords = [...given];
  const user = {
    login: async (refusal: unknown): Promise<Login | undefined> => {
      refusals.push(refusal instanceof Error ? refusal.message : refusal);
      const password = passwords.shift();
      return password === undefined ? undefined : { user: "anna", password };
    },
    during: async <T>(work: () => Promise<T>) => await work(),
  };
  return { session, user, tried, refusals };
}

describe("the remedy of a failed task", () => {
  it("is run end by end, the source first, each statement closed once", () => {
    const statements = [
      { side: "target", sql: "DELETE FROM t WHERE id = 1" },
      { side: "source", sql: "ALTER TABLE t REPLICA IDENTITY FULL; " },
      { side: "target", sql: "DELETE FROM t WHERE id = 2;" },
    ] as const;
    assert.deepEqual(remedyScripts({ rows: [], statements, open: ["target"] }), [
      { side: "source", sql: "ALTER TABLE t REPLICA IDENTITY FULL;", open: false },
      { side: "target", sql: "DELETE FROM t WHERE id = 1;\nDELETE FROM t WHERE id = 2;", open: true },
    ]);
    assert.deepEqual(remedyScripts({ rows: [], statements: [], open: ["source"] }), []);
  });

  it("asks for a login until the database accepts one, says why it did not, and remembers the right one", async () => {
    const { session, user, tried, refusals } = worldOf("right", ["wrong", "right"]);
    const runner = new RemedyRunner();
    assert.deepEqual(await runner.run(session, task(), script, user), outcome);
    assert.deepEqual(refusals, [undefined, "password authentication failed"]);
    await runner.run(session, task(), script, user);
    assert.deepEqual(tried, ["wrong", "right", "right"]);
    assert.equal(refusals.length, 2);
  });

  it("is given up when the user gives no login", async () => {
    const { session, user, tried } = worldOf("right", ["wrong"]);
    assert.equal(await new RemedyRunner().run(session, task(), script, user), undefined);
    assert.deepEqual(tried, ["wrong"]);
  });

  it("is run by the owner of the demo's servers where the demo's login lacks a privilege", async () => {
    const open = { ...script, open: true };
    const refusal = new Error("PostgreSQL rejected this (42501): must be owner of table t");
    assert.equal(needsOwner(open, refusal), true);
    assert.equal(needsOwner(script, refusal), false, "there the user gives a login");
    assert.equal(needsOwner(open, new Error("PostgreSQL rejected this (42P01): no table t")), false);
    const { session, user, tried } = worldOf("owner", []);
    assert.deepEqual(await new RemedyRunner().runAsOwner(session, task(), open, user), outcome);
    assert.deepEqual(tried, ["owner"]);
  });

  it("asks for no login where none is needed, and reports what the database refuses there", async () => {
    const demo = worldOf(undefined, []);
    assert.deepEqual(
      await new RemedyRunner().run(demo.session, task(), { ...script, open: true }, demo.user),
      outcome,
    );
    const other = worldOf("right", []);
    const run = new RemedyRunner().run(other.session, task(), { ...script, open: true }, other.user);
    await assert.rejects(run, /password authentication failed/);
    assert.deepEqual([demo.refusals, other.refusals], [[], []]);
  });

  it("is not tried with another login where it may not be run at all", async () => {
    const { session, user, refusals } = worldOf("right", ["right"]);
    assert.ok(session.control.begin(task().id));
    await assert.rejects(new RemedyRunner().run(session, task(), script, user), DrsError);
    assert.equal(refusals.length, 1);
  });
});
