/** Text of a task file → the file, or what is wrong with it and where. */
import { findNodeAtLocation, type Node, type ParseError, parseTree } from "jsonc-parser";
import * as v from "valibot";
import type { Translate } from "../l10n/localizer";
import { isPostgres } from "./engines";
import { type TaskFile, taskFileSchema } from "./model";

/** `offset` and `length` in UTF-16 units of the text. */
export interface FileProblem {
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly offset: number;
  readonly length: number;
  /** Whether the JSON schema reports it, too: the editor shows that by itself. */
  readonly bySchema: boolean;
}

export interface FileReading {
  /** Absent while there is an error. */
  readonly file: TaskFile | undefined;
  readonly problems: readonly FileProblem[];
}

type Path = readonly (string | number)[];

/** A task file is read while it is typed, so that what is larger is not: in UTF-16 units. */
const longest = 1024 * 1024;
/** Levels of objects and lists; a task file needs four. */
const deepest = 32;
/** More problems than these are only counted. */
const mostProblems = 100;

/** Reads a file, at a cost that grows with its size only. Never throws, whatever the text is. */
export function readTaskFile(text: string, t: Translate): FileReading {
  if (text.length > longest) {
    return {
      file: undefined,
      problems: [wholeFile(t("This task file is larger than 1 MB, so it is not checked."))],
    };
  }
  if (depthOf(text) > deepest) {
    return {
      file: undefined,
      problems: [wholeFile(t("Objects and lists are nested too deeply for a task file."))],
    };
  }
  const { file, problems } = read(text, t);
  const more = problems.length - mostProblems;
  if (more <= 0) {
    return { file, problems };
  }
  const message =
    more === 1 ? t("1 more problem is not shown.") : t("{0} more problems are not shown.", more);
  const counted = { ...wholeFile(message), severity: "warning" } as const;
  return { file, problems: [...problems.slice(0, mostProblems), counted] };
}

function wholeFile(message: string): FileProblem {
  return { severity: "error", message, offset: 0, length: 1, bySchema: false };
}

/** How deeply brackets outside texts are nested. */
function depthOf(text: string): number {
  let [depth, most] = [0, 0];
  for (const [token] of text.matchAll(/"(?:[^"\\\n]|\\.)*"|[[\]{}]/g)) {
    depth += token === "[" || token === "{" ? 1 : token === "]" || token === "}" ? -1 : 0;
    most = Math.max(most, depth);
  }
  return most;
}

function read(text: string, t: Translate): FileReading {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowEmptyContent: false });
  const [error] = errors;
  if (root === undefined || error !== undefined) {
    const { offset, length } = error ?? { offset: 0, length: 0 };
    const message = t("This is not valid JSON.");
    return { file: undefined, problems: [{ severity: "error", message, offset, length, bySchema: true }] };
  }
  const parsed = v.safeParse(taskFileSchema("en"), JSON.parse(text));
  if (!parsed.success) {
    const problems = parsed.issues.map((issue): FileProblem => {
      const path = (issue.path ?? []).map(({ key }) => key as string | number);
      const where = path.join(".");
      const message =
        path.at(-1) === "env"
          ? t("The name of an environment variable for a password must begin with DRS_.")
          : path.includes("password")
            ? t(
                'Do not write a password here. Reference it, for example {"secret": "NAME"} or {"env": "DRS_NAME"}.',
              )
            : issue.expected === "never"
              ? t('"{0}" is not supported here.', where)
              : issue.received === "undefined"
                ? t('"{0}" is missing.', where)
                : `${where}: ${issue.message}`;
      return { severity: "error", message, ...placeOf(root, path), bySchema: true };
    });
    return { file: undefined, problems };
  }
  const problems = [...repeatedKeys(root, t), ...beyondSchema(parsed.output, t)].map((finding) => {
    const { severity, message } = finding;
    const place = "node" in finding ? finding.node : placeOf(root, finding.path);
    return { severity, message, offset: place.offset, length: place.length, bySchema: false };
  });
  const file = problems.some(({ severity }) => severity === "error") ? undefined : parsed.output;
  return { file, problems };
}

/** The node at the path, or the nearest one around it. */
function placeOf(root: Node, path: Path): { offset: number; length: number } {
  for (let end = path.length; end >= 0; end -= 1) {
    const node = findNodeAtLocation(root, [...path.slice(0, end)]);
    if (node !== undefined) {
      // A whole object would be underlined from brace to brace.
      return { offset: node.offset, length: node.type === "object" ? 1 : node.length };
    }
  }
  return { offset: 0, length: 1 };
}

type Severity = FileProblem["severity"];

/** JSON takes the last of two equal keys and says nothing. */
function repeatedKeys(node: Node, t: Translate): { severity: Severity; message: string; node: Node }[] {
  const seen = new Set<unknown>();
  return (node.children ?? []).flatMap((child) => {
    const [key] = child.type === "property" ? (child.children ?? []) : [];
    const inside = repeatedKeys(child, t);
    if (key === undefined) {
      return inside;
    }
    const again = seen.has(key.value);
    seen.add(key.value);
    const message = t('"{0}" appears twice; only the last value is used.', String(key.value));
    return again ? [{ severity: "error", message, node: key }, ...inside] : inside;
  });
}

interface Finding {
  readonly severity: Severity;
  readonly message: string;
  readonly path: Path;
}

/** The rules between fields, which a schema cannot express. */
function beyondSchema({ engine, source, target, objects }: TaskFile, t: Translate): Finding[] {
  const findings: Finding[] = [];
  const error = (message: string, path: Path) => findings.push({ severity: "error", message, path });
  const place = ({ host, port, database }: TaskFile["source"]) => `${host.toLowerCase()}:${port}/${database}`;
  const postgres = isPostgres(engine);
  for (const [side, end] of Object.entries({ source, target })) {
    for (const field of postgres ? (["port", "database", "user"] as const) : []) {
      if (end[field] === undefined) {
        error(t('A PostgreSQL database needs "{0}".', field), [side]);
      }
    }
  }
  if (postgres && place(source) === place(target)) {
    error(t("Source and target are the same database."), ["target", "database"]);
  }
  for (const [side, { ca, ssl }] of Object.entries({ source, target })) {
    if (ca !== undefined && ssl !== true) {
      error(t('"ca" needs "ssl": true.'), [side, "ca"]);
    }
  }
  if (objects === "all") {
    return findings;
  }
  const { databases = [], schemas = [], tables = [] } = objects;
  if (postgres && databases.length > 0) {
    error(
      t("A PostgreSQL task synchronizes one database, the one of its source. Specify schemas or tables."),
      ["objects", "databases"],
    );
  }
  if (databases.length + schemas.length + tables.length === 0) {
    error(t('No objects are specified. Specify tables or schemas, or write "all".'), ["objects"]);
  }
  for (const [kind, names] of [
    ["databases", databases],
    ["schemas", schemas],
    ["tables", tables],
  ] as const) {
    const seen = new Set<string>();
    names.forEach((name, index) => {
      if (seen.has(name)) {
        error(t('"{0}" is listed twice.', name), ["objects", kind, index]);
      }
      seen.add(name);
    });
  }
  const whole = new Set(schemas);
  tables.forEach((name, index) => {
    const [schema = ""] = name.split(".");
    if (whole.has(schema)) {
      const message = t('"{0}" is part of the schema "{1}", which is already selected.', name, schema);
      findings.push({ severity: "warning", message, path: ["objects", "tables", index] });
    }
  });
  return findings;
}
