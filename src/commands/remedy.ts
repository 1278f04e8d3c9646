/** What the commands do that take the steps of a remedy: each previews, asks before it changes something, and offers the next. */

import { type FoundRemedy, readRemedy, runTaskSql, type Side } from "../backend-client/remedy";
import type { LocalConnection } from "../connections/connection";
import type { PlacedTask } from "../connections/session-manager";
import { isDrsError } from "../drs/errors";
import type { AccessKey } from "../drs/sign-in";
import { explain } from "../l10n/error-text";
import { joined, type Shown, shown, shownLines } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { actionRow } from "../status/actions";
import { addressText } from "../tasks/address";
import { isProduction } from "../tasks/production";
import { nextAction } from "../tasks/remedy-steps";
import type { Task } from "../tasks/task";
import { explainOutcome, findingsText, remedySqlOf } from "../tasks/use-cases/explain";
import { checkTask } from "../tasks/use-cases/precheck";
import { confirmedByTyping } from "./confirm";
import type { CommandHost } from "./host";
import { RowTexts } from "./row-texts";

interface Login {
  readonly user: string;
  readonly password: string;
}

interface Place {
  readonly connection: LocalConnection;
  readonly key: AccessKey;
  readonly id: string;
}

/** The steps of one window: it remembers the logins that the user gave for SQL, in memory only. */
export class RemedySteps {
  readonly #parts: CommandHost;
  readonly #logins = new Map<string, Login>();
  readonly #texts: RowTexts;

  constructor(parts: CommandHost) {
    this.#parts = parts;
    this.#texts = new RowTexts(parts.lifetime);
  }

  /** Shows the rows that are in the way, as both ends have them, side by side. */
  async showRows(found: PlacedTask): Promise<void> {
    const { l10n, openDetails } = this.#parts;
    const { t } = l10n;
    const { task, state } = found;
    const { rows } = (await this.#remedy(found)) ?? { rows: [] };
    const items = rows.map((row) => ({ label: shown(`${row.schema}.${row.table}: ${row.key}`), row }));
    const picked =
      items.length > 1
        ? await vscode.window.showQuickPick(items, { placeHolder: t("Which row?") })
        : items[0];
    if (picked === undefined) {
      if (items.length === 0) {
        await openDetails({ connection: state.connection.id, id: task.id });
        await this.#offerNext(found, t("No row of the target is known to be in the way now."));
      }
      return;
    }
    const { row } = picked;
    const [source, target] = [row.source, row.target].map((columns) =>
      columns === null
        ? t("There is no such row.")
        : columns.map(([name, value]) => `${name}: ${value ?? "NULL"}`).join("\n"),
    );
    const title = t("{0}: {1} (source ↔ target)", task.name, picked.label);
    await this.#texts.compare(source ?? "", target ?? "", title);
    const run = t("Run Remedy SQL…");
    const message =
      row.source === null
        ? t("Row {0} exists only at the target; the source no longer has it.", picked.label)
        : t("The target already has row {0}, so the source's row cannot be written.", picked.label);
    if ((await vscode.window.showInformationMessage(message, run)) === run) {
      await this.runSql(found);
    }
  }

  /** Shows the remedy's SQL, and runs it where the user agrees, end by end. */
  async runSql(found: PlacedTask): Promise<void> {
    const { t } = this.#parts.l10n;
    const { task } = found;
    const place = this.#placeOf(found);
    const remedy = await this.#remedy(found);
    if (place === undefined || remedy === undefined) {
      return;
    }
    if (remedy.statements.length === 0) {
      await this.#offerNext(
        found,
        t('No SQL is known that resolves the failure of task "{0}" now.', task.name),
      );
      return;
    }
    const done: Shown[] = [];
    for (const side of ["source", "target"] as const) {
      const sql = scriptFor(remedy, side);
      if (sql !== "") {
        const outcome = await this.#run(found, place, side, sql, remedy.open.includes(side));
        if (outcome === undefined) {
          return;
        }
        done.push(outcome);
      }
    }
    const ref = { connection: found.state.connection.id, id: task.id };
    this.#parts.attempts.take(ref, { text: joined(" ", done), at: Date.now() });
    await this.#offerNext(found, joined(" ", done));
  }

  /** Runs a pre-check for its own sake, and says what it found. */
  async precheck(found: PlacedTask): Promise<void> {
    const { l10n, log, attempts } = this.#parts;
    const { t } = l10n;
    const { task, session, state } = found;
    const title = t('Pre-check of task "{0}"', task.name);
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    try {
      const { passed, findings } = await vscode.window.withProgress(options, async (progress, token) => {
        const controller = new AbortController();
        token.onCancellationRequested(() => controller.abort());
        const onProgress = (percent: number) => progress.report({ message: l10n.percent(percent) });
        return await checkTask(session, task, { signal: controller.signal, onProgress });
      });
      if (passed) {
        await this.#offerNext(found, t('Task "{0}" passed the pre-check.', task.name));
        return;
      }
      const ref = { connection: state.connection.id, id: task.id };
      if (attempts.isSeen(ref) && vscode.window.state.focused) {
        // The page says so, and offers what helps.
        return;
      }
      const why = await findingsText(findings, task.engine, l10n);
      const sql = remedySqlOf(findings);
      const isLocal = state.connection.kind === "local";
      const help = sql === undefined ? [] : [isLocal ? t("Run Remedy SQL…") : t("Copy SQL")];
      const details = t("Show Details");
      const message = t('Task "{0}" did not pass the pre-check. {1}', task.name, why);
      const answer = await vscode.window.showErrorMessage(message, ...help, details);
      if (answer === details) {
        await this.#parts.openDetails(ref);
      } else if (answer !== undefined && isLocal) {
        await this.runSql(found);
      } else if (answer !== undefined) {
        await vscode.env.clipboard.writeText(sql ?? "");
      }
    } catch (error) {
      if (!(error instanceof Error && error.name === "AbortError")) {
        log.error(`the pre-check of task ${task.name} (${task.id}) failed`, error);
        const why = await explainOutcome(error, l10n, state.connection.kind === "local");
        void vscode.window.showErrorMessage(t('The pre-check of task "{0}" failed: {1}', task.name, why));
      }
    }
  }

  /** Previews SQL and runs it. @returns what it did; undefined when it was not run. */
  async #run(
    { task, session }: PlacedTask,
    place: Place,
    side: Side,
    sql: string,
    open: boolean,
  ): Promise<Shown | undefined> {
    const { l10n, log } = this.#parts;
    const { t } = l10n;
    const end = side === "source" ? t("source") : t("target");
    const address = shown(addressText(task[side] ?? {}) ?? "");
    const question = t('Run this SQL at the {0} database of task "{1}"?', end, task.name);
    const [run, copy] = [t("Run"), t("Copy SQL")];
    const detail = joined("\n\n", [address, shownLines(sql)]);
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, run, copy);
    if (answer === copy) {
      await vscode.env.clipboard.writeText(`${sql}\n`);
      void vscode.window.setStatusBarMessage(t("Copied"), 5_000);
    }
    if (answer !== run || (isProduction(task, "local") && !(await this.#isMeant(task, question)))) {
      return undefined;
    }
    const who = `${task.id}/${side}`;
    for (let complaint: Shown | undefined; ; ) {
      const login = open
        ? undefined
        : (this.#logins.get(who) ?? (await this.#askLogin(task, side, complaint)));
      if (!open && login === undefined) {
        return undefined;
      }
      try {
        const { command, row_count } = await vscode.window.withProgress(
          { location: { viewId: "drs.tasks" } },
          () => session.control.run("runSql", task.id, () => runTaskSql(place, side, sql, login, l10n)),
        );
        log.info(`SQL run at the ${side} of task ${task.name} (${task.id}): ${command}`);
        if (login !== undefined) {
          this.#logins.set(who, login);
        }
        return command === "ALTER" || row_count === null
          ? t("{0} was run at the {1}.", command, end)
          : row_count === 1
            ? t("{0} at the {1}: 1 row.", command, end)
            : t("{0} at the {1}: {2} rows.", command, end, row_count);
      } catch (error) {
        log.error(`SQL was refused at the ${side} of task ${task.name} (${task.id})`, error);
        complaint = explain(error, l10n, true);
        if (login === undefined || isDrsError(error)) {
          const message = t("The SQL was refused: {0}", complaint);
          if ((await vscode.window.showErrorMessage(message, copy)) === copy) {
            await vscode.env.clipboard.writeText(`${sql}\n`);
          }
          return undefined;
        }
        // Perhaps another login may.
        this.#logins.delete(who);
      }
    }
  }

  async #isMeant(task: Task, question: Shown): Promise<boolean> {
    const { l10n } = this.#parts;
    const prompt = l10n.t('Type the name "{0}" to run SQL for this production task.', task.name);
    return await confirmedByTyping(question, prompt, task.name, l10n);
  }

  async #askLogin(task: Task, side: Side, complaint: Shown | undefined): Promise<Login | undefined> {
    const { t } = this.#parts.l10n;
    const address = addressText(task[side] ?? {}) ?? "";
    const title = t("Login for SQL at {0}", address);
    const user = await vscode.window.showInputBox({
      ...{ title, ignoreFocusOut: true, value: task[side]?.user ?? "" },
      prompt: complaint ?? t("Name of a database user who is allowed to change the tables"),
    });
    const password =
      user &&
      (await vscode.window.showInputBox({
        ...{ title, password: true, ignoreFocusOut: true },
        prompt: t("Password of {0}. It is kept in memory until this window closes.", user),
      }));
    return user && password ? { user, password } : undefined;
  }

  /** Says what was done, and offers to let the task run again. */
  async #offerNext({ task, session, state }: PlacedTask, message: Shown): Promise<void> {
    const now = session.store.snapshot.tasks.get(task.id) ?? task;
    const next = nextAction(now, undefined);
    const label = next && this.#parts.l10n.localize(actionRow(next).name);
    const answer = await vscode.window.showInformationMessage(
      message,
      ...(label === undefined ? [] : [label]),
    );
    if (next !== undefined && answer === label) {
      const ref = { connection: state.connection.id, id: task.id };
      // Where its outcome is seen.
      await this.#parts.openDetails(ref);
      await vscode.commands.executeCommand(actionRow(next).command, ref);
    }
  }

  /** The remedy of a task; says so where it cannot be looked up. */
  async #remedy(found: PlacedTask): Promise<FoundRemedy | undefined> {
    const { l10n, log } = this.#parts;
    const { t } = l10n;
    const place = this.#placeOf(found);
    if (place === undefined) {
      void vscode.window.showInformationMessage(t("Only the local backend can look up a remedy."));
      return undefined;
    }
    const title = t('Looking up the remedy of task "{0}"', found.task.name);
    // A notification of progress outlasts what it tells about, and would stand beside the question that follows.
    const options = { location: vscode.ProgressLocation.Window, title };
    try {
      return await vscode.window.withProgress(options, async () => await readRemedy(place, l10n));
    } catch (error) {
      log.error(`the remedy of task ${found.task.id} cannot be looked up`, error);
      void vscode.window.showErrorMessage(explain(error, l10n, true));
      return undefined;
    }
  }

  #placeOf({ task, state: { connection } }: PlacedTask): Place | undefined {
    const local = connection.kind === "local" ? this.#parts.connections.localAccess : undefined;
    return local && { ...local, id: task.id };
  }
}

/** The statements for one end. */
function scriptFor({ statements }: FoundRemedy, side: Side): string {
  return statements
    .flatMap((one) => (one.side === side ? [`${one.sql.replace(/;\s*$/, "")};`] : []))
    .join("\n");
}
