import * as vscode from "vscode";
import { askCloud, type CloudAnswers } from "../connections/askCloud";
import { type Connection, localId } from "../connections/connection";
import { limits } from "../connections/limits";
import { explain } from "../tasks/explain";
import { unlinked } from "../tasks/texts";
import { targetOf } from "./argument";
import type { Handler, Parts } from "./commands";

/** What the commands about connections do. */
export function connectionHandlers(parts: Parts) {
  const { connections, local, watch, formats } = parts;
  const { t } = formats;

  /** The connection that a row names; otherwise the user picks one, unless there is only one. */
  const chosen = async (
    argument: unknown,
    candidates: readonly Connection[],
    placeHolder: string,
  ): Promise<Connection | undefined> => {
    const { connection: id } = targetOf(argument);
    if (id !== undefined) {
      return candidates.find((connection) => connection.id === id);
    }
    if (candidates.length === 0) {
      void vscode.window.showInformationMessage(t("There is no such connection."));
    }
    if (candidates.length < 2) {
      return candidates[0];
    }
    return (
      await vscode.window.showQuickPick(candidates.map(itemOf), { placeHolder, matchOnDescription: true })
    )?.connection;
  };
  const own = () => connections.all.filter(({ kind }) => kind === "cloud");

  const show = async (ids: readonly string[]) => {
    await connections.show(ids);
    if (ids.includes(localId) && watch.find(localId)?.session === undefined) {
      await local.start();
    }
  };

  return {
    "drs.connectCloud": () => connectCloud(parts),
    "drs.switchConnection": async (argument) => {
      const connection = await chosen(argument, connections.all, t("Show only which connection?"));
      if (connection !== undefined) {
        await show([connection.id]);
      }
    },
    "drs.showConnections": async () => {
      const shown = new Set(connections.shown.map(({ id }) => id));
      const items = connections.all.map((connection) => ({
        ...itemOf(connection),
        picked: shown.has(connection.id),
      }));
      const options = { canPickMany: true, placeHolder: t("Which connections are to be shown?") } as const;
      const picked = await vscode.window.showQuickPick(items, options);
      if (picked !== undefined) {
        await show(picked.map(({ connection }) => connection.id));
      }
    },
    "drs.disconnect": async (argument) => {
      const connection = await chosen(argument, connections.shown, t("Disconnect which connection?"));
      if (connection !== undefined) {
        await show(connections.shown.map(({ id }) => id).filter((id) => id !== connection.id));
      }
    },
    "drs.renameConnection": async (argument) => {
      const connection = await chosen(argument, own(), t("Rename which connection?"));
      if (connection === undefined) {
        return;
      }
      const name = await vscode.window.showInputBox({
        title: t('Rename connection "{0}"', connection.name),
        value: connection.name,
        validateInput: (text) => (text.trim() === "" ? t("This value is needed.") : undefined),
      });
      if (name !== undefined) {
        await connections.rename(connection.id, name.trim());
      }
    },
    "drs.removeConnection": async (argument) => {
      const connection = await chosen(argument, own(), t("Remove which connection?"));
      if (connection === undefined) {
        return;
      }
      const remove = t("Remove Connection");
      const question = unlinked(t('Remove connection "{0}"?', connection.name));
      const detail = t("Its secret is deleted from this machine. Nothing changes in the cloud.");
      if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) === remove) {
        await connections.remove(connection.id);
      }
    },
  } satisfies Partial<Record<string, Handler>>;
}

function itemOf(connection: Connection) {
  return {
    label: `$(${connection.kind === "local" ? "server-process" : "cloud"}) ${connection.name}`,
    description: connection.kind === "cloud" ? connection.region : "",
    connection,
  };
}

/** Asks, verifies by a real call, and only then uses the connection; a wrong answer can be corrected. */
async function connectCloud({ connections, formats, log }: Parts): Promise<void> {
  const { t } = formats;
  for (let last: CloudAnswers = {}; ; ) {
    const asked = await askCloud(formats, last);
    if (asked === undefined) {
      return;
    }
    const { connection, secret, answers } = asked;
    try {
      const options = {
        location: vscode.ProgressLocation.Notification,
        title: t("Connecting to {0}", connection.name),
      };
      await vscode.window.withProgress(options, async () => {
        const { accessOf, openSession } = await import("../connections/session");
        const access = accessOf(connection, secret, process.env);
        if (typeof access === "string") {
          throw new Error(access);
        }
        const warn = (line: string) => log.warn(line);
        const session = openSession(connection, access, { language: vscode.env.language, limits, warn });
        try {
          await session.client.call("listJobs", { cur_page: 1, per_page: 1, db_use_type: "sync" });
        } finally {
          session.dispose();
        }
      });
      await connections.save(connection, secret);
      return;
    } catch (error) {
      log.error(`connecting to ${connection.endpoint} failed`, error);
      const again = t("Try Again");
      const message = t("Connecting to {0} failed: {1}", connection.name, explain(error, formats));
      if ((await vscode.window.showErrorMessage(unlinked(message), again)) !== again) {
        return;
      }
      last = answers;
    }
  }
}
