/** A task in the making: what was answered so far, what follows from it, and the file that comes of it. */
import type { ChoosableTable, EndLogin } from "../backend-client/ends";
import type { Localizer } from "../l10n/localizer";
import { joined, type Shown, shown } from "../l10n/shown";
import { bytesText } from "../tasks/retained-log";
import { usualEngine } from "./engines";
import type { FileEnd, TaskFile } from "./model";

/** An end as it was chosen or typed. */
export interface DraftEnd extends EndLogin {
  /** The name under which its password is kept. */
  readonly secret: string;
}

export interface TaskDraft {
  readonly source?: DraftEnd | undefined;
  readonly target?: DraftEnd | undefined;
  readonly objects?: TaskFile["objects"] | undefined;
  readonly type?: TaskFile["type"] | undefined;
  readonly name?: string | undefined;
  /** In the cloud: where the instance is made. */
  readonly subnet?: string | undefined;
}

/** The questions in their order. */
export type DraftStep = "source" | "target" | "tables" | "type" | "subnet" | "name" | "finish";

/** The questions in their order. @param local whether the task is the local backend's, which needs no subnet. */
export function draftSteps(local: boolean): readonly DraftStep[] {
  const steps = ["source", "target", "tables", "type", "subnet", "name", "finish"] as const;
  return steps.filter((step) => step !== "subnet" || !local);
}

/** Host, port and database of `host:port/database`, or of a connection URI with a user; undefined for anything else. */
export function placeIn(
  text: string,
): (Pick<EndLogin, "host" | "port" | "database"> & { readonly user?: string | undefined }) | undefined {
  const uri = /^postgres(?:ql)?:\/\//.test(text) ? text : `postgresql://${text}`;
  if (!URL.canParse(uri)) {
    return undefined;
  }
  const { hostname, port, pathname, username } = new URL(uri);
  const database = decodeURIComponent(pathname.slice(1));
  const number = port === "" ? 5432 : Number(port);
  if (hostname === "" || database === "" || database.includes("/") || number < 1) {
    return undefined;
  }
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return { host, port: number, database, user: username === "" ? undefined : decodeURIComponent(username) };
}

/** Where a task's password is kept when nobody has named it. */
export function secretName({ host, port, database, user }: Omit<EndLogin, "password">): string {
  return `${user}-${host}-${port}-${database}`.replaceAll(/[^\w.-]/g, "-").slice(0, 100);
}

/** A name that no task has: `shop-to-warehouse`. @param taken names of tasks, in small letters. */
export function proposedTaskName({ source, target }: TaskDraft, taken: ReadonlySet<string>): string {
  const part = (database: string | undefined) =>
    (database ?? "task").replaceAll(/[^A-Za-z0-9_-]+/g, "-").slice(0, 18);
  const plain = `${part(source?.database)}-to-${part(target?.database)}`;
  // A name begins with a letter.
  const base = /^[A-Za-z]/.test(plain) ? plain : `t-${plain}`;
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(name.toLowerCase())) {
      return name;
    }
  }
}

/** The objections to a table, the worst first. `copies`: whether its rows are to be copied. */
export function tableObjections(
  { has_key, unlogged, filled }: ChoosableTable,
  { t }: Pick<Localizer, "t">,
): readonly Shown[] {
  return [
    ...(unlogged
      ? [t("Unlogged: its changes are not written to the source's log, so it cannot be synchronized.")]
      : []),
    ...(has_key ? [] : [t("No primary key: once published, its updates and deletes fail at the source.")]),
    ...(filled ? [t("The target already has rows in it: a copy would conflict with them.")] : []),
  ];
}

/** Size and rows of a table in a few words. */
export function tableSize({ bytes, rows }: ChoosableTable, l10n: Pick<Localizer, "number" | "t">): Shown {
  const { t, number } = l10n;
  const count = rows === 1 ? t("about 1 row") : t("about {0} rows", number(rows));
  return joined(" · ", [bytesText(bytes, l10n), rows > 0 ? count : ""]);
}

/** Tables that were typed, as `schema.table` with commas between them; none: all. */
export function typedObjects(text: string): TaskFile["objects"] | undefined {
  const tables = text
    .split(/[\s,;]+/)
    .filter((name) => name !== "")
    .map((name) => (name.includes(".") ? name : `public.${name}`));
  return tables.length === 0
    ? "all"
    : tables.every((name) => /^[^.]+\.[^.]+$/.test(name))
      ? { tables }
      : undefined;
}

/** The task file of a draft with all its answers. @throws Error while one is missing. */
export function draftFile({ source, target, objects, type, name, subnet }: TaskDraft): TaskFile {
  if (
    source === undefined ||
    target === undefined ||
    objects === undefined ||
    type === undefined ||
    name === undefined
  ) {
    throw new Error("a draft without all its answers");
  }
  return {
    ...{ name, description: "", engine: usualEngine, type, network: "eip", nodeType: "micro" },
    ...(subnet === undefined ? {} : { subnet }),
    ...{ source: fileEnd(source), target: fileEnd(target), objects },
  };
}

/** An end as the file has it: with the name of its password, and not the password. */
export function fileEnd({ host, port, database, user, secret, ssl }: DraftEnd): FileEnd {
  return { host, port, database, user, password: { secret }, ...(ssl === true ? { ssl } : {}) };
}

/** An end as a row of a list: `shop @ db.example.com:5432`. */
export function endName({ host, port, database }: Pick<EndLogin, "host" | "port" | "database">): Shown {
  return shown(`${database} @ ${host}:${port}`);
}
