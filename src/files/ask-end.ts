/** The question about one end of a new task: which database, the login, and whether it works. */
import { askEnds } from "../backend-client/ends";
import { showFailure } from "../backend-client/show-failure";
import { askChoice, askText, back, type StepFrame } from "../connections/wizard/quick-inputs";
import { explain } from "../drs/error-text";
import { shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import type { Answer, NewTaskContext } from "./new-task-context";
import { type DraftEnd, endName, placeIn, secretName, type TaskDraft } from "./new-task-draft";
import { addressOf, referenceOf } from "./passwords";

/** Asks for an end until it works, or the user goes back. */
export async function askEnd(
  side: "source" | "target",
  draft: TaskDraft,
  context: NewTaskContext,
  frame: StepFrame,
): Promise<Answer | typeof back | undefined> {
  const { l10n } = context.parts;
  const { t } = l10n;
  const known = await knownEnds(side, context);
  const other = draft[side === "source" ? "target" : "source"];
  let typed = draft[side];
  for (;;) {
    const typeIt = "type" as const;
    const items = [
      ...known
        .filter((end) => other === undefined || keyOf(end) !== keyOf(other))
        .map((end) => ({
          ...{ label: endName(end), description: shown(end.user), icon: "database" },
          value: end as Omit<DraftEnd, "password"> & { readonly password?: string | undefined },
        })),
      { label: t("Another database…"), description: t("by its address"), icon: "edit", value: typeIt },
    ];
    const placeholder =
      side === "source" ? t("Which database is the source?") : t("Which database is the target?");
    const chosen =
      items.length === 1
        ? typeIt
        : await askChoice<(typeof items)[number]["value"]>({ ...frame, placeholder, items });
    if (chosen === undefined || chosen === back) {
      return chosen;
    }
    const login = await askLogin(chosen === typeIt ? typed : chosen, chosen !== typeIt, context, frame);
    if (login === undefined) {
      return undefined;
    }
    if (login === back) {
      if (items.length === 1) {
        return back;
      }
      continue;
    }
    const ends =
      side === "source" ? { source: login, target: undefined } : { source: draft.source, target: login };
    const problem = await tried(side, ends, context);
    if (problem === undefined) {
      return { draft: { [side]: login } };
    }
    typed = login;
    const again = t("Try Again");
    const message = t("{0} cannot be used: {1}", endName(login), problem.why);
    const cause = { error: problem.error, local: true };
    if ((await showFailure(message, cause, l10n, again)) !== again) {
      return undefined;
    }
  }
}

/** Databases of the demo, and those of tasks that there are. */
async function knownEnds(
  side: "source" | "target",
  { demo, state, kept }: NewTaskContext,
): Promise<readonly (Omit<DraftEnd, "password"> & { readonly password?: string | undefined })[]> {
  const fromDemo = demo
    .filter(({ server }) => server === side)
    .map(({ host, port, database, task }) => ({ host, port, database, ...task, secret: `demo-${side}` }));
  const seen = new Set(fromDemo.map(keyOf));
  const fromTasks: (Omit<DraftEnd, "password"> & { readonly password?: string | undefined })[] = [];
  for (const task of state.session?.store.snapshot.tasks.values() ?? []) {
    const { host, port, database, user } = task[side] ?? {};
    if (host !== undefined && port !== undefined && database !== undefined && user !== undefined) {
      const place = { host, port, database, user };
      const end = { ...place, secret: secretName(place) };
      if (!seen.has(keyOf(end))) {
        seen.add(keyOf(end));
        const password = await kept.passwordOf(
          referenceOf({ ...place, password: { secret: end.secret } }, state.connection),
        );
        fromTasks.push({ ...end, password });
      }
    }
  }
  return [...fromDemo, ...fromTasks];
}

function keyOf({ host, port, database }: Pick<DraftEnd, "host" | "port" | "database">): string {
  return JSON.stringify([host, port, database]);
}

/** Asks for what is not known of a login. @param isChosen whether only its password may be missing. */
async function askLogin(
  end: (Partial<Omit<DraftEnd, "password">> & { readonly password?: string | undefined }) | undefined,
  isChosen: boolean,
  { parts }: NewTaskContext,
  frame: StepFrame,
): Promise<DraftEnd | typeof back | undefined> {
  const { t } = parts.l10n;
  if (isChosen && end?.password !== undefined) {
    return end as DraftEnd;
  }
  // Within a step there is always a way back: to its list.
  const inner = { ...frame, step: Math.max(frame.step, 2), totalSteps: Math.max(frame.totalSteps ?? 2, 2) };
  let place =
    end?.host === undefined || end.port === undefined || end.database === undefined
      ? undefined
      : { host: end.host, port: end.port, database: end.database };
  let user = end?.user;
  for (let question = isChosen ? 2 : 0; ; ) {
    let answer: string | typeof back | undefined;
    if (question === 0) {
      answer = await askText({
        ...inner,
        prompt: t("Address of the database"),
        placeholder: shown("db.example.com:5432/shop"),
        value:
          place &&
          `${place.host.includes(":") ? `[${place.host}]` : place.host}:${place.port}/${place.database}`,
        objection: (text) =>
          placeIn(text) === undefined
            ? t("Write host:port/database, such as db.example.com:5432/shop.")
            : undefined,
      });
      const parsed = typeof answer === "string" ? placeIn(answer) : undefined;
      place = parsed ?? place;
      user = parsed?.user ?? user;
    } else if (question === 1) {
      answer = await askText({
        ...inner,
        prompt: t("User that the task logs in as"),
        value: user,
        objection: (text) => (text === "" ? t("This value is required.") : undefined),
      });
      user = typeof answer === "string" ? answer : user;
    } else if (place !== undefined && user !== undefined) {
      const login = { ...place, user };
      answer = await askText({
        ...inner,
        prompt: t(
          "Password of {0}. It is stored in VS Code's secret storage.",
          addressOf({ ...login, kind: "secret", name: "", through: "" }),
        ),
        password: true,
        objection: (text) => (text === "" ? t("This value is required.") : undefined),
      });
      if (typeof answer === "string") {
        return { ...login, password: answer, secret: end?.secret ?? secretName(login), ssl: end?.ssl };
      }
    }
    if (answer === undefined) {
      return undefined;
    }
    question += answer === back ? -1 : 1;
    if (question < (isChosen ? 2 : 0)) {
      return back;
    }
  }
}

/** Tries what is known of the ends, and reads the tables with both of them; answers what is wrong with the given one. */
async function tried(
  side: "source" | "target",
  { source, target }: Pick<TaskDraft, "source" | "target">,
  context: NewTaskContext,
): Promise<{ readonly why: string; readonly error?: unknown } | undefined> {
  const { local, parts } = context;
  if (local === undefined || source === undefined) {
    // The service tries them when the task exists.
    return undefined;
  }
  const { t } = parts.l10n;
  const options = { location: vscode.ProgressLocation.Notification, title: t("Trying the connection") };
  try {
    const { problems, tables = [] } = await vscode.window.withProgress(
      options,
      async () => await askEnds(local, { source, target }, parts.l10n),
    );
    context.tables = tables;
    if (problems[side] === undefined && side === "source" && tables.length === 0) {
      return { why: t("it has no tables.") };
    }
    const why = problems[side] ?? problems.source ?? problems.target;
    return why === undefined ? undefined : { why };
  } catch (error) {
    return { why: explain(error, parts.l10n, true), error };
  }
}
