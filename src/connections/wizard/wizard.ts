/** The questions about a connection to a cloud, one at a time. Loaded when the first one is asked. */

import { explain } from "../../drs/error-text";
import { type FailureKind, isAbort, isDrsError } from "../../drs/errors";
import { regionName } from "../../drs/region-names";
import { sites } from "../../drs/regions";
import type { Localizer } from "../../l10n/localizer";
import { type Shown, shown } from "../../l10n/shown";
import * as vscode from "../../screen/vscode";
import type { CloudConnection, Secret } from "../connection";
import { Limits } from "../limits";
import {
  answered,
  connectionOf,
  type Draft,
  objection,
  proposedName,
  type Step,
  secretOf,
  secretSteps,
  siteOf,
  stepsOf,
  suspect,
} from "./draft";
import { missingText } from "./missing-credential";
import { askChoice, askText, back, type StepFrame } from "./quick-inputs";

export interface ConnectOptions {
  readonly title: Shown;
  readonly l10n: Localizer;
  readonly log: vscode.LogOutputChannel;
  /** Names of the other connections. */
  readonly names: readonly string[];
  /** `secret`: asks only what the connection signs in with. */
  readonly scope: "all" | "secret";
}

/**
 * Asks what the draft lacks or may have wrong, looks the project up, and verifies the answers by a real call. After a
 * failure the user may correct what is probably wrong, without giving the other answers again.
 *
 * @returns a connection that works, or undefined when the user gives up.
 */
export async function askConnection(
  first: Draft,
  options: ConnectOptions,
): Promise<{ connection: CloudConnection; secret: Secret | undefined } | undefined> {
  const { environmentProject } = await import("../session");
  const projectGiven = environmentProject(process.env) !== undefined;
  let draft = first;
  for (let index = 0; ; ) {
    const steps = stepsOf(draft, options.scope, projectGiven);
    const step = steps[index];
    try {
      if (step === undefined) {
        await verify(draft, options);
        return { connection: connectionOf(draft), secret: secretOf(draft) };
      }
      const answer = await ask(step, draft, index + 1, options);
      if (answer === undefined) {
        return undefined;
      }
      index += answer === back ? -1 : 1;
      draft = answer === back ? draft : answered(draft, step, answer);
    } catch (error) {
      if (!(await tryAgain(draft, error, options))) {
        return undefined;
      }
      const wrong = isDrsError(error) ? suspect(draft, error.failure) : "signIn";
      index = Math.max(0, steps.indexOf(wrong));
    }
  }
}

/** @throws DrsError when an answer that was given before proves wrong on the way. */
async function ask(
  step: Step,
  draft: Draft,
  number: number,
  options: ConnectOptions,
): Promise<string | typeof back | undefined> {
  const { l10n, names } = options;
  const { t } = l10n;
  const frame = { title: options.title, step: number };
  const choose = (placeholder: Shown, items: readonly (vscode.QuickPickItem & { value: string })[]) =>
    askChoice<string>({ ...frame, placeholder, items, active: draft[step] });
  const type = (prompt: Shown, more: { value?: string; placeholder?: Shown } = {}) =>
    askText({
      ...frame,
      prompt,
      ...(secretSteps.has(step)
        ? {
            password: true,
            placeholder:
              draft[step] === undefined ? ("" as const) : t("Leave empty to keep the current value"),
          }
        : { value: more.value ?? draft[step], placeholder: more.placeholder }),
      objection: (text) => objection(step, text, draft, names, t),
    });
  switch (step) {
    case "site":
      return await choose(t("Where do the tasks run?"), [
        ...sites.map(({ id, name, domain }) => ({
          label: l10n.localize(name),
          description: shown(domain),
          value: id,
        })),
        { label: t("Private endpoint…"), description: t("a custom address"), value: "private" },
      ]);
    case "endpoint":
      return await type(t("Address of the DRS endpoint"), { placeholder: shown("https://drs.example.com") });
    case "iamEndpoint":
      return await type(t("Address of the identity service (IAM); empty if there is none"), {
        placeholder: shown("https://iam.example.com"),
      });
    case "signIn":
      return await choose(t("How do you sign in?"), signInItems(draft, t));
    case "accessKey":
      return await type(t("Access key ID (AK)"));
    case "secretKey":
      return await type(t("Secret access key (SK). It is stored in VS Code's secret storage."));
    case "securityToken":
      return await type(t("Security token of the temporary access key"));
    case "domain":
      return await type(t("Account name (the domain that the user belongs to)"));
    case "user":
      return await type(t("IAM user name"));
    case "password":
      return await type(t("Password. It is stored in VS Code's secret storage."));
    case "region": {
      const site = siteOf(draft);
      return site === undefined
        ? await type(t("Name of the region (its project has the same name)"))
        : await choose(
            t("Region"),
            site.regions.map((region) => {
              const name = regionName(region);
              return {
                label: shown(region),
                description: name === undefined ? "" : l10n.localize(name),
                value: region,
              };
            }),
          );
    }
    case "projectId":
      return await askProject(draft, frame, type, options);
    case "name":
      return await type(t("Name of the connection"), { value: draft.name ?? proposedName(draft, names) });
  }
}

function signInItems({ site, iamEndpoint }: Draft, t: Localizer["t"]) {
  const items = [
    { label: t("Access key"), description: shown("AK/SK"), value: "permanentKey" },
    { label: t("Temporary access key"), description: t("AK/SK with security token"), value: "temporaryKey" },
    { label: t("IAM user and password"), description: t("no access key needed"), value: "user" },
    {
      label: t("Access key from environment variables"),
      description: shown("HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK"),
      value: "environment",
    },
  ];
  return items.filter(({ value }) => value !== "user" || site !== "private" || iamEndpoint !== "");
}

/** Failures with which the service cannot be used either, whatever the project is. */
const hopeless: ReadonlySet<FailureKind> = new Set(["authentication", "network", "timeout"]);

/** Looks the project of the region up; a user who may not do that, or uses another one, types its ID. */
async function askProject(
  draft: Draft,
  frame: StepFrame,
  type: (prompt: Shown) => Promise<string | typeof back | undefined>,
  { l10n, log }: ConnectOptions,
): Promise<string | typeof back | undefined> {
  const { t } = l10n;
  const prompt = t("Project ID of the region (console: My Credentials)");
  const connection = connectionOf(draft);
  const { iamSignIn, projectsNamed } = await import("../session");
  if (connection.iamEndpoint === undefined) {
    return await type(prompt);
  }
  const signIn = iamSignIn(connection, secretOf(draft), process.env);
  if (typeof signIn === "string") {
    throw new Error(missingText(signIn, t));
  }
  const { iamEndpoint, region } = connection;
  const title = t("Looking up the project of {0}", region);
  let reason: Shown | undefined;
  const projects = await withProgress(title, async (signal) => {
    try {
      return await projectsNamed(region, iamEndpoint, signIn, signal);
    } catch (error) {
      if (!isDrsError(error) || hopeless.has(error.failure.kind)) {
        throw error;
      }
      reason = explain(error, l10n);
      log.info(`The project of ${region} cannot be looked up: ${error.message}`);
      return [];
    } finally {
      signIn.dispose();
    }
  });
  if (projects.length === 0) {
    return await type(
      reason === undefined
        ? t("This user sees no project in the region. {0}", prompt)
        : t("The project could not be looked up: {0} {1}", reason, prompt),
    );
  }
  const other = "";
  const answer = await askChoice<string>({
    ...frame,
    placeholder: t("Project"),
    items: [
      ...projects.map(({ id, name }) => ({ label: shown(name), description: shown(id), value: id })),
      { label: t("Another project…"), description: t("by its ID"), value: other },
    ],
    active: draft.projectId,
  });
  return answer === other ? await type(prompt) : answer;
}

/** @throws when the service does not list the tasks. */
async function verify(draft: Draft, { l10n, log }: ConnectOptions): Promise<void> {
  const { t } = l10n;
  const { accessOf, openSession } = await import("../session");
  const connection = connectionOf(draft);
  const access = accessOf(connection, secretOf(draft), process.env);
  if (typeof access === "string") {
    throw new Error(missingText(access, t));
  }
  await withProgress(t("Connecting to {0}", connection.name), async (signal) => {
    const warn = (line: string) => log.warn(line);
    const limits = new Limits();
    const session = openSession(connection, access, { l10n, limits, warn });
    try {
      await session.client.call("listJobs", { cur_page: 1, per_page: 1, db_use_type: "sync" }, { signal });
    } finally {
      session.dispose();
      limits.dispose();
    }
  });
}

async function withProgress<T>(title: Shown, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return await vscode.withCancel({ location: vscode.ProgressLocation.Notification, title }, work);
}

/** Tells what went wrong; answers whether the user wants to correct it. */
async function tryAgain(draft: Draft, error: unknown, { l10n, log }: ConnectOptions): Promise<boolean> {
  if (isAbort(error)) {
    return true;
  }
  const { t } = l10n;
  const { endpoint, name, region } = connectionOf(draft);
  log.error(`connecting to ${endpoint} failed`, error);
  const again = t("Try Again");
  const message = t("Connecting to {0} failed: {1}", name || region, explain(error, l10n));
  return (await vscode.window.showErrorMessage(message, again)) === again;
}
