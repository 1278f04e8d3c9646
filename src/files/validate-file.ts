/** The command that checks a task file: its form, and with the local backend both ends and the tables. */
import { askEnds } from "../backend-client/ends";
import * as vscode from "../screen/vscode";
import type { PrecheckFinding } from "../tasks/use-cases/precheck";
import { certificatesOf } from "./certificates";
import { linkFindings } from "./complete-engines";
import { endFindings } from "./end-findings";
import { addressedEnd, isPostgres } from "./engines";
import { clearFindings, markFindings } from "./finding-marks";
import { openLocalBackend } from "./local-backend";
import { type FileParts, keptOf, type OpenedFile, openedFile } from "./open";
import { passwordsOf } from "./passwords";

/** Marks what is wrong at its line. */
export async function validateFile(parts: FileParts, argument: unknown): Promise<void> {
  const found = await openedFile(parts, argument);
  if (found === undefined) {
    return;
  }
  const { t } = parts.l10n;
  const { document, file, warnings } = found;
  clearFindings(document.uri);
  const findings = [...(await linkFindings(file, parts, t)), ...(await checkEnds(parts, found))];
  markFindings(document, findings);
  const failed = findings.filter(({ result }) => result === "FAILED").length;
  if (failed > 0) {
    const show = t("Show Problems");
    const message =
      failed === 1
        ? t('Task file "{0}": 1 problem was found.', file.name)
        : t('Task file "{0}": {1} problems were found.', file.name, failed);
    if ((await vscode.window.showErrorMessage(message, show)) === show) {
      await vscode.commands.executeCommand("workbench.actions.view.problems");
    }
    return;
  }
  const all = warnings + findings.length;
  void vscode.window.showInformationMessage(
    all === 0
      ? t("The task file is valid.")
      : all === 1
        ? t("The task file is valid, with 1 warning.")
        : t("The task file is valid, with {0} warnings.", all),
  );
}

/** Nothing where no local backend is open: the service tries ends only of a task that exists. */
async function checkEnds(parts: FileParts, { file, path }: OpenedFile): Promise<readonly PrecheckFinding[]> {
  const { l10n } = parts;
  const local = isPostgres(file.engine) ? openLocalBackend(parts) : undefined;
  if (local === undefined) {
    return [];
  }
  const passwords = await passwordsOf(file, local.connection, keptOf(parts), l10n);
  if (passwords === undefined) {
    return [];
  }
  const authorities = await certificatesOf(file, path, l10n);
  const login = (side: "source" | "target") => {
    return { ...addressedEnd(file[side]), password: passwords[side], ca: authorities[side] };
  };
  const ends = { source: login("source"), target: login("target") };
  const { problems, tables } = await askEnds(local, ends, l10n);
  return endFindings(file, problems, tables, l10n);
}
