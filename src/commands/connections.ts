import { randomUUID } from "node:crypto";
import { type CloudConnection, type Connection, localId } from "../connections/connection";
import { type Draft, draftOf, objection } from "../connections/wizard/draft";
import { type Shown, shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { isGoneRow, targetOf } from "./argument";
import type { CommandHost, Handler } from "./host";

/** How long the service may take to list enterprise projects, in milliseconds. */
const projectsLimitMs = 30_000;

/** Commands for connections. */
export function connectionHandlers(parts: CommandHost) {
  const { connections, local, sessions, l10n, log } = parts;
  const { t } = l10n;

  /** The connection that a row names; otherwise the user picks one, unless there is only one. */
  const chosen = async <C extends Connection>(
    argument: unknown,
    candidates: readonly C[],
    placeHolder: Shown,
  ): Promise<C | undefined> => {
    const { connection: id } = targetOf(argument);
    const isMeant = (connection: C) => !isGoneRow(argument) && connection.id === (id ?? connection.id);
    const fitting = candidates.filter(isMeant);
    if (fitting.length === 0) {
      void vscode.window.showInformationMessage(t("There is no such connection."));
    }
    if (fitting.length < 2) {
      return fitting[0];
    }
    const options = { placeHolder, matchOnDescription: true };
    const picked = (await vscode.window.showQuickPick(fitting.map(itemOf), options))?.connection;
    if (picked !== undefined && connections.find(picked.id) === undefined) {
      throw new Error(t("The connection {0} was removed in another window.", picked.name));
    }
    return picked;
  };
  const own = () => connections.all.filter((connection) => connection.kind === "cloud");

  /** Without an argument: the connection that cannot sign in, if there is one and no other. */
  const lacking = (argument: unknown): unknown => {
    const [first, second] = sessions.shown.filter(({ missing }) => missing !== undefined);
    const only = second === undefined ? first : undefined;
    return argument ?? (only && { connection: only.connection.id });
  };

  const show = async (ids: readonly string[]) => {
    await connections.show(ids);
    if (ids.includes(localId) && sessions.find(localId)?.session === undefined) {
      await local.start();
    }
  };

  /** Asks about a connection, and keeps and shows it once it works. */
  const ask = async (draft: Draft, title: Shown, scope: "all" | "secret", edited?: CloudConnection) => {
    // The questions are a file of their own, loaded with the first one.
    const { askConnection } = await import("../connections/wizard/wizard");
    const asked = await askConnection(draft, { l10n, log, names: otherNames(draft.id), title, scope });
    if (asked !== undefined) {
      await connections.save(asked.connection, asked.secret, edited);
    }
  };
  const otherNames = (id: string) =>
    connections.all.filter((other) => other.id !== id).map(({ name }) => name);
  const change = async (connection: CloudConnection | undefined, scope: "all" | "secret") => {
    if (connection !== undefined) {
      const title =
        scope === "all"
          ? t('Edit connection "{0}"', connection.name)
          : t('Enter the secret of connection "{0}"', connection.name);
      await ask(draftOf(connection, await connections.secret(connection)), title, scope, connection);
    }
  };

  return {
    "drs.connectCloud": () => ask({ id: randomUUID() }, t("Connect to Huawei Cloud"), "all"),
    "drs.editConnection": async (argument) =>
      await change(await chosen(lacking(argument), own(), t("Edit which connection?")), "all"),
    "drs.enterSecret": async (argument) => {
      const prompt = t("Enter the secret of which connection?");
      const connection = await chosen(lacking(argument), own(), prompt);
      // The environment's key is not for this window to change, but the connection may sign in another way.
      await change(connection, connection?.signIn.kind === "environment" ? "all" : "secret");
    },
    "drs.switchConnection": async (argument) => {
      const connection = await chosen(argument, connections.all, t("Show only which connection?"));
      if (connection !== undefined) {
        await show([connection.id]);
      }
    },
    "drs.showConnections": async (argument) => {
      const shown = new Set(connections.shown.map(({ id }) => id));
      const { connection: meant } = targetOf(argument);
      if (meant !== undefined) {
        await show([...shown, meant]);
        return;
      }
      const items = connections.all.map((connection) => ({
        ...itemOf(connection),
        picked: shown.has(connection.id),
      }));
      const options = {
        canPickMany: true,
        placeHolder: t("Which connections do you want to show?"),
      } as const;
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
        validateInput: (text) => objection("name", text, { id: connection.id }, otherNames(connection.id), t),
      });
      if (name !== undefined) {
        await connections.rename(connection, name.trim());
      }
    },
    "drs.chooseEnterpriseProject": async (argument) => {
      const isOpen = ({ id }: Connection) => sessions.find(id)?.session !== undefined;
      const prompt = t("Choose the enterprise project of which connection?");
      const connection = await chosen(argument, own().filter(isOpen), prompt);
      const session = connection && sessions.find(connection.id)?.session;
      if (connection === undefined || session === undefined) {
        return;
      }
      const { enterpriseProjects } = await import("../tasks/use-cases/enterprise-projects");
      const found = await vscode.window.withProgress({ location: { viewId: "drs.tasks" } }, () =>
        enterpriseProjects(session.client, AbortSignal.timeout(projectsLimitMs)),
      );
      const all = { label: t("All enterprise projects"), project: undefined };
      const items = found.map((project) => ({
        label: shown(project.name),
        description: shown(project.id),
        project,
      }));
      const placeHolder = t("Show the tasks of which enterprise project?");
      const picked = await vscode.window.showQuickPick([all, ...items], {
        placeHolder,
        matchOnDescription: true,
      });
      if (picked !== undefined) {
        await connections.showEnterpriseProject(connection.id, picked.project);
      }
    },
    "drs.removeConnection": async (argument) => {
      const connection = await chosen(argument, own(), t("Remove which connection?"));
      if (connection === undefined) {
        return;
      }
      const remove = t("Remove Connection");
      const question = t('Remove connection "{0}"?', connection.name);
      const detail = t("Its secret is deleted from this machine. Nothing changes in the cloud.");
      if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) === remove) {
        await connections.remove(connection.id);
      }
    },
  } satisfies Partial<Record<string, Handler>>;
}

function itemOf<C extends Connection>(connection: C) {
  return {
    icon: connection.kind === "local" ? "server-process" : "cloud",
    label: shown(connection.name),
    description: connection.kind === "cloud" ? shown(connection.region) : ("" as const),
    connection,
  };
}
