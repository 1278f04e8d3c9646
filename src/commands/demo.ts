/** Commands for the databases and accounts of the local backend's demo. */

import type { LocalAccess } from "../backend-client/access";
import { emptyAccounts, setBalance } from "../backend-client/accounts";
import {
  type DemoDatabase,
  type DemoLogins,
  demoLogins,
  runDemoSql,
  type SqlResult,
} from "../backend-client/demo-databases";
import { showFailure } from "../backend-client/show-failure";
import { localId } from "../connections/connection";
import { explain } from "../drs/error-text";
import { isUnanswered } from "../drs/errors";
import type { Localizer } from "../l10n/localizer";
import { type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { targetOf } from "./argument";
import type { CommandHost, Handler } from "./host";

/** The balance of a local backend's account after a top-up; nothing is ever taken from it. */
const toppedUp = 100;

/** Commands that only the local backend has: its demo's databases, and its accounts. */
export function demoHandlers(
  parts: CommandHost,
): Record<"drs.copyDemoDatabase" | "drs.runDemoSql" | "drs.topUpAccount", Handler> {
  const { t } = parts.l10n;
  return {
    "drs.topUpAccount": async (argument) => {
      const local = parts.connections.localAccess;
      if (local === undefined) {
        void vscode.window.showInformationMessage(t("The local backend is not running."));
        return;
      }
      const accounts = await emptyAccounts(local, parts.l10n);
      const items = accounts.map((id) => ({ label: shown(id), id }));
      const account =
        items.length > 1
          ? await vscode.window.showQuickPick(items, { placeHolder: t("Which account?") })
          : items[0];
      if (account === undefined) {
        if (items.length === 0) {
          void vscode.window.showInformationMessage(t("No account has run out of credit."));
        }
        return;
      }
      await setBalance(local, { account: account.id, balance: toppedUp }, parts.l10n);
      void parts.sessions.refresh(localId);
      const text = t(
        'The balance of account "{0}" is {1} now. Its tasks continue by themselves.',
        ...[account.id, toppedUp],
      );
      const { connection, id } = targetOf(argument);
      if (connection !== undefined && id !== undefined) {
        parts.attempts.take({ connection, id }, { text, at: Date.now() });
      }
      void vscode.window.showInformationMessage(text);
    },
    "drs.copyDemoDatabase": async () => {
      const { databases, changed } = (await demoOf(parts)) ?? {};
      const items = [
        ...databasePicks(databases ?? [], parts.l10n).map(({ one, ...item }) => ({
          ...item,
          text: one.uri,
        })),
        ...(changed ?? []).map(({ user, password }) => ({
          icon: "key",
          label: shown(user),
          description: t("New password of this database user"),
          text: password,
        })),
      ];
      const picked =
        items.length === 0
          ? undefined
          : await vscode.window.showQuickPick(items, { placeHolder: t("Which database?") });
      if (picked !== undefined) {
        await vscode.env.clipboard.writeText(picked.text);
        void vscode.window.setStatusBarMessage(t("Copied, with the password"), 5000);
      }
    },
    "drs.runDemoSql": async () => {
      const demo = await demoOf(parts);
      const picked =
        demo &&
        (await vscode.window.showQuickPick(databasePicks(demo.databases, parts.l10n), {
          placeHolder: t("Which database?"),
        }));
      if (demo === undefined || picked === undefined) {
        return;
      }
      let complaint: Shown | undefined;
      let typed = "";
      for (;;) {
        const sql = await vscode.window.showInputBox({
          title: t("SQL in {0} ({1})", picked.one.database, picked.description),
          placeHolder: shown("SELECT * FROM reviews ORDER BY id DESC LIMIT 10"),
          value: typed,
          ignoreFocusOut: true,
          ...(complaint === undefined ? {} : { prompt: complaint }),
        });
        if (!sql) {
          return;
        }
        try {
          // Where it was started again meanwhile, it listens elsewhere.
          const local = parts.connections.localAccess ?? demo;
          const result = await runDemoSql(local, picked.one, sql, parts.l10n);
          await showResult(result, parts.l10n);
          return;
        } catch (error) {
          // What was typed stays, with the database's objection.
          typed = sql;
          complaint = explain(error, parts.l10n, true);
          parts.log.error("drs.runDemoSql", error);
          if (isUnanswered(error)) {
            void showFailure(complaint, { error, local: true }, parts.l10n);
          }
        }
      }
    },
  };
}

/** The demo that runs; says so when none does. */
async function demoOf({ connections, l10n }: CommandHost): Promise<(DemoLogins & LocalAccess) | undefined> {
  const local = connections.localAccess;
  const logins = local && (await demoLogins(local, l10n));
  if (local !== undefined && logins !== undefined && logins.databases.length > 0) {
    return { ...logins, ...local };
  }
  void vscode.window.showInformationMessage(l10n.t("The local backend is not running in demo mode."));
  return undefined;
}

function databasePicks(databases: readonly DemoDatabase[], { t }: Localizer) {
  return databases.map((one) => ({
    icon: "database",
    label: shown(one.database),
    description: one.server === "source" ? t("Source database") : t("Target database"),
    one,
  }));
}

/** Rows in an editor, everything else in a notice. */
async function showResult({ command, row_count, fields, rows }: SqlResult, { t }: Localizer): Promise<void> {
  if (fields.length === 0) {
    const text = row_count === 1 ? t("{0}: 1 row", command) : t("{0}: {1} rows", command, row_count);
    void vscode.window.showInformationMessage(text);
    return;
  }
  const lines = [fields, ...rows].map((row) => row.map((value) => value ?? "NULL").join("\t"));
  const rest = row_count - rows.length;
  const more = rest === 1 ? t("… and 1 more row") : t("… and {0} more rows", rest);
  const content = [...lines, ...(rest > 0 ? [more] : [])].join("\n");
  await vscode.window.showTextDocument(
    await vscode.workspace.openTextDocument({ language: "plaintext", content }),
  );
}
