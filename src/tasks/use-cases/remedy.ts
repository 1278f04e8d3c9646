/** The remedy of a failed task, which only the local backend looks up and runs. */
import { isDrsError } from "../../drs/errors";
import type { Task } from "../task";
import type { LocalSession } from "./control";
import type { FoundRemedy, Login, Side, SqlOutcome } from "./local-tasks";

/** The script of a remedy at one end. */
export interface RemedyScript {
  readonly side: Side;
  readonly sql: string;
  /** Whether it runs without a login of the user's. */
  readonly open: boolean;
}

/** The user who runs a remedy. */
export interface RemedyUser {
  /** Asks for a login, again while the database refuses the one before. @param refusal why it did. */
  login(refusal: unknown): Promise<Login | undefined>;
  /** Shows that the work is in progress. */
  during<T>(work: () => Promise<T>): PromiseLike<T>;
}

/** The scripts of a remedy, in the order in which they are run. */
export function remedyScripts({ statements, open }: FoundRemedy): readonly RemedyScript[] {
  return (["source", "target"] as const).flatMap((side) => {
    const sql = statements
      .filter((one) => one.side === side)
      .map((one) => `${one.sql.replace(/;\s*$/, "")};`)
      .join("\n");
    return sql === "" ? [] : [{ side, sql, open: open.includes(side) }];
  });
}

/** Whether the demo's login may not run a script, which the owner of its servers may. */
export function needsOwner({ open }: RemedyScript, refusal: unknown): boolean {
  return open && refusal instanceof Error && /\b42501\b/.test(refusal.message);
}

/** Runs remedies, and remembers the logins that the databases accepted, in memory only. */
export class RemedyRunner {
  readonly #logins = new Map<string, Login>();

  /**
   * Runs a script at its end of a task.
   *
   * @returns undefined when the user gives no login.
   * @throws what refused it: DrsError as `Control.run` does; Error with the database's refusal where no login was asked for.
   */
  async run(
    { local, control }: LocalSession,
    { id }: Task,
    { side, sql, open }: RemedyScript,
    user: RemedyUser,
  ): Promise<SqlOutcome | undefined> {
    const who = `${id}/${side}`;
    for (let refusal: unknown; ; ) {
      const login = open ? undefined : (this.#logins.get(who) ?? (await user.login(refusal)));
      if (!open && login === undefined) {
        return undefined;
      }
      try {
        const run = () => control.run("runSql", id, () => local.runSql(id, side, sql, login));
        const outcome = await user.during(run);
        if (login !== undefined) {
          this.#logins.set(who, login);
        }
        return outcome;
      } catch (error) {
        if (login === undefined || isDrsError(error)) {
          throw error;
        }
        // Perhaps another login may.
        this.#logins.delete(who);
        refusal = error;
      }
    }
  }

  /** Runs a script that was refused for want of privileges as the owner of the demo's servers. @throws as `run` does. */
  async runAsOwner(
    { local, control }: LocalSession,
    { id }: Task,
    { side, sql }: RemedyScript,
    { during }: Pick<RemedyUser, "during">,
  ): Promise<SqlOutcome> {
    return await during(() => control.run("runSql", id, () => local.runSql(id, side, sql, "owner")));
  }
}
