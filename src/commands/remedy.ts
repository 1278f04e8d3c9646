/** Commands that look up a remedy and run it: each previews, asks before it changes something, and offers the next step. */

import { showFailure } from "../backend-client/show-failure";
import type { PlacedTask } from "../connections/session-manager";
import { explain } from "../drs/error-text";
import { joined, type Shown, shown, shownLines } from "../l10n/shown";
import { ReadOnlyTexts } from "../screen/read-only-texts";
import * as vscode from "../screen/vscode";
import { rowOf } from "../status/statuses";
import { addressText } from "../tasks/address";
import { isProduction } from "../tasks/production";
import type { Task } from "../tasks/task";
import { isLocal, type LocalSession } from "../tasks/use-cases/control";
import type { FoundRemedy, Login, Side, SqlOutcome } from "../tasks/use-cases/local-tasks";
import {
  needsOwner,
  RemedyRunner,
  type RemedyScript,
  type RemedyUser,
  remedyScripts,
} from "../tasks/use-cases/remedy";
import { confirmedByTyping } from "./confirm";
import type { CommandHost } from "./host";
import { offerNext } from "./offer-next";

/** A remedy, and the connection through which it is run. */
interface LookedUp {
  readonly session: LocalSession;
  readonly remedy: FoundRemedy;
}

type Parts = Pick<CommandHost, "attempts" | "l10n" | "lifetime" | "log" | "openDetails">;

/** The statements of which PostgreSQL says how many rows they took. */
const countsRows: ReadonlySet<string> = new Set(["DELETE", "INSERT", "SELECT", "UPDATE"]);

/** The commands of one window, which remembers the logins that the user gave for SQL. */
export class RemedyCommands {
  readonly #runner = new RemedyRunner();
  readonly #texts = new ReadOnlyTexts("drs-rows");

  constructor(private readonly parts: Parts) {
    parts.lifetime.addEventListener("abort", () => this.#texts.dispose(), { once: true });
  }

  /** Shows the rows that are in the way, as both ends have them, side by side. */
  async showRows(found: PlacedTask): Promise<void> {
    const { l10n, openDetails } = this.parts;
    const { t } = l10n;
    const { task, state } = found;
    const looked = await this.#lookUp(found);
    if (looked === undefined) {
      return;
    }
    const items = looked.remedy.rows.map((row) => ({
      label: shown(`${row.schema}.${row.table}: ${row.key}`),
      row,
    }));
    const picked =
      items.length > 1
        ? await vscode.window.showQuickPick(items, { placeHolder: t("Which row?") })
        : items[0];
    if (picked === undefined) {
      if (items.length === 0) {
        await openDetails({ connection: state.connection.id, id: task.id });
        await this.#tellNothing(
          found,
          t('No row of the target is known to be in the way of task "{0}" now.', task.name),
        );
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
    const ends = [this.#texts.add("source", source ?? ""), this.#texts.add("target", target ?? "")];
    await vscode.commands.executeCommand("vscode.diff", ...ends, title, { preview: true });
    const run = t("Run Remedy SQL…");
    const what =
      row.source === null
        ? t("Row {0} exists only at the target; the source no longer has it.", picked.label)
        : t("The target already has row {0}, so the source's row cannot be written.", picked.label);
    if ((await vscode.window.showInformationMessage(this.#named(task, what), run)) === run) {
      await this.runSql(found);
    }
  }

  /** Shows the remedy's SQL, and runs it where the user agrees, end by end. */
  async runSql(found: PlacedTask): Promise<void> {
    const { t } = this.parts.l10n;
    const { task } = found;
    const looked = await this.#lookUp(found);
    if (looked === undefined) {
      return;
    }
    const scripts = remedyScripts(looked.remedy);
    if (scripts.length === 0) {
      const message = t('No SQL is known that resolves the failure of task "{0}" now.', task.name);
      await this.#tellNothing(found, message);
      return;
    }
    const done: Shown[] = [];
    for (const script of scripts) {
      const outcome = await this.#run(looked.session, task, script);
      if (outcome === undefined) {
        return;
      }
      done.push(outcome);
    }
    const ref = { connection: found.state.connection.id, id: task.id };
    this.parts.attempts.take(ref, { text: joined(" ", done), at: Date.now() });
    await offerNext(found, this.#named(task, joined(" ", done)), this.parts);
  }

  #named(task: Task, text: Shown): Shown {
    return this.parts.l10n.t('Task "{0}": {1}', task.name, text);
  }

  /** Says that nothing was found, or that the task has not failed any more: it was asked about long ago. */
  async #tellNothing(found: PlacedTask, message: Shown): Promise<void> {
    const { l10n, openDetails } = this.parts;
    const { session, state } = found;
    await session.store.refresh(found.task.id);
    const { id, name, status } = session.store.snapshot.tasks.get(found.task.id) ?? found.task;
    const { alert, configurable, name: words } = rowOf(status);
    if (alert === "error" || configurable) {
      await offerNext(found, message, this.parts);
      return;
    }
    const details = l10n.t("Show Details");
    const text = l10n.t('Task "{0}" is no longer failed. Its status: {1}.', name, l10n.localize(words));
    if ((await vscode.window.showInformationMessage(text, details)) === details) {
      await openDetails({ connection: state.connection.id, id });
    }
  }

  /** Previews SQL and runs it. @returns what it did; undefined when it was not run. */
  async #run(session: LocalSession, task: Task, script: RemedyScript): Promise<Shown | undefined> {
    const { l10n, log } = this.parts;
    const { t } = l10n;
    const { side, sql } = script;
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
    const refused = (error: unknown) => {
      log.error(`SQL was refused at the ${side} of task ${task.name} (${task.id})`, error);
      return explain(error, l10n, true);
    };
    const user: RemedyUser = {
      login: async (refusal) =>
        await this.#askLogin(task, side, refusal === undefined ? undefined : refused(refusal)),
      during: async (work) => await vscode.window.withProgress({ location: { viewId: "drs.tasks" } }, work),
    };
    try {
      const outcome = await this.#runner.run(session, task, script, user).catch(async (refusal: unknown) => {
        if (!needsOwner(script, refusal)) {
          throw refusal;
        }
        const isWanted = await this.#asksForOwner(task, refused(refusal), script);
        return isWanted ? await this.#runner.runAsOwner(session, task, script, user) : undefined;
      });
      if (outcome === undefined) {
        return undefined;
      }
      log.info(`SQL run at the ${side} of task ${task.name} (${task.id}): ${outcome.command}`);
      return this.#outcomeText(outcome, end);
    } catch (error) {
      const message = t('Running SQL for task "{0}" failed: {1}', task.name, refused(error));
      if ((await showFailure(message, { error, local: true }, l10n, copy)) === copy) {
        await vscode.env.clipboard.writeText(`${sql}\n`);
      }
      return undefined;
    }
  }

  #outcomeText({ command, row_count }: SqlOutcome, end: Shown): Shown {
    const { t } = this.parts.l10n;
    return !countsRows.has(command)
      ? t("{0} was run at the {1}.", command, end)
      : row_count === 1
        ? t("{0} at the {1}: 1 row.", command, end)
        : t("{0} at the {1}: {2} rows.", command, end, row_count);
  }

  /** Whether the owner of the demo's servers is to run what its login may not. */
  async #asksForOwner(task: Task, refusal: Shown, { sql }: RemedyScript): Promise<boolean> {
    const { t } = this.parts.l10n;
    const [yes, copy] = [t("Run as the Owner"), t("Copy SQL")];
    const detail = joined("\n\n", [refusal, shownLines(sql)]);
    const question = t(
      'Run this SQL for task "{0}" as the owner of the demo servers, who may do everything there?',
      task.name,
    );
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail }, yes, copy);
    if (answer === copy) {
      await vscode.env.clipboard.writeText(`${sql}\n`);
      void vscode.window.setStatusBarMessage(t("Copied"), 5_000);
    }
    return answer === yes;
  }

  async #isMeant(task: Task, question: Shown): Promise<boolean> {
    const { l10n } = this.parts;
    const prompt = l10n.t('Type the name "{0}" to run SQL for this production task.', task.name);
    return await confirmedByTyping(question, prompt, task.name, l10n);
  }

  async #askLogin(task: Task, side: Side, complaint: Shown | undefined): Promise<Login | undefined> {
    const { t } = this.parts.l10n;
    const address = addressText(task[side] ?? {}) ?? "";
    const title = t('Login for SQL of task "{0}" at {1}', task.name, address);
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

  /** The remedy of a task; says so where it cannot be looked up. */
  async #lookUp({ task, session }: PlacedTask): Promise<LookedUp | undefined> {
    const { l10n, log } = this.parts;
    const { t } = l10n;
    if (!isLocal(session)) {
      void vscode.window.showInformationMessage(t("Only the local backend can look up a remedy."));
      return undefined;
    }
    const title = t('Looking up the remedy of task "{0}"', task.name);
    // A notification of progress outlasts what it tells about, and would stand beside the question that follows.
    const options = { location: vscode.ProgressLocation.Window, title };
    try {
      const look = async () => await session.local.remedy(task.id);
      return { session, remedy: await vscode.window.withProgress(options, look) };
    } catch (error) {
      log.error(`the remedy of task ${task.id} cannot be looked up`, error);
      const why = explain(error, l10n, true);
      const message = t('The remedy of task "{0}" cannot be looked up: {1}', task.name, why);
      void showFailure(message, { error, local: true }, l10n);
      return undefined;
    }
  }
}
