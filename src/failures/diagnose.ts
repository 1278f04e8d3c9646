/**
 * Finds the known case behind a failure. The cases are data: `local-engine.json` has those of the local backend's
 * engine, by SQLSTATE; `catalogue.json` those that the cloud's service publishes. A case is one entry; the first of its
 * kind that matches is the best, so that special ones stand before general ones.
 */
import type { Bilingual } from "../l10n/bilingual";
import catalogue from "./catalogue.json";
import type { Diagnosis, Symptoms } from "./known-case";
import localEngine from "./local-engine.json";
import { isStep } from "./steps";

/** A known case. */
export interface Entry {
  readonly id: string;
  /** `failure` of a task, finding of a `precheck`, or error code of the `api`. */
  readonly kind: string;
  /** `full`, `incremental`, `any`, or null where it does not matter. */
  readonly phase: string | null;
  /** Pairs such as `mysql->mysql`, `oracle->any`, or `any`. */
  readonly engines: readonly string[];
  /** Regular expressions that ignore case; their gaps are bounded, so that a long text stays cheap. */
  readonly match: readonly string[];
  /** Exact `precheck_result[].item` and `failed_reason`. */
  readonly items?: readonly string[] | undefined;
  readonly reasons?: readonly string[] | undefined;
  readonly cause: Bilingual;
  readonly remedy: Bilingual;
  readonly advice?: Bilingual | undefined;
  /** Steps of the remedy that the extension can take. */
  readonly steps?: readonly string[] | undefined;
  readonly resumable: boolean | null;
  readonly url: string;
  /** `page`: cause and remedy were read; `partial`: in part; `keyword`: they are general knowledge. */
  readonly evidence: string;
  /** Explains only which part of the service stopped: the last resort. */
  readonly fallback?: boolean | undefined;
}

/** Every known case, in order. */
export const entries: readonly Entry[] = [...localEngine, ...catalogue];

/** More of a text (its beginning and its end) or of a log than this says nothing new, and would only take time. */
const maxLength = 8_000;
const endLength = 2_000;
const maxLines = 50;

/** The penalties of an entry whose expression matches; less is better. */
const weight = { otherPhase: 1, otherEngine: 2, fallback: 4 };

/**
 * The known case that explains the symptoms best, or undefined when none matches: of a pre-check's findings the first
 * that is known, otherwise of the error and the log, otherwise of the code.
 */
export function diagnose(symptoms: Symptoms): Diagnosis | undefined {
  for (const { item, reason } of symptoms.findings ?? []) {
    const known =
      entriesOf("precheck").find(
        ({ items, reasons }) =>
          items?.includes(item) === true || (reason !== undefined && reasons?.includes(reason) === true),
      ) ?? entriesOf("precheck").find((entry) => matches(entry, [cut(item), cut(reason ?? "")]));
    if (known !== undefined) {
      return diagnosisOf(known, 0);
    }
  }
  const { code = "", message = "" } = symptoms.error ?? {};
  const texts = [`${code} ${message}`.trim(), message, ...(symptoms.logs ?? []).slice(0, maxLines)].map(cut);
  const [best] = entriesOf("failure")
    .flatMap((entry) => {
      const against = weightAgainst(entry, symptoms);
      return against !== undefined && matches(entry, texts) ? [{ entry, against }] : [];
    })
    .sort((one, other) => one.against - other.against);
  if (best !== undefined) {
    return diagnosisOf(best.entry, best.against);
  }
  const codes = [symptoms.apiCode ?? "", code].map(cut);
  const refusal = entriesOf("api").find((entry) => matches(entry, codes));
  return refusal && diagnosisOf(refusal, 0);
}

function diagnosisOf(entry: Entry, against: number): Diagnosis {
  const { id, cause, remedy, advice, steps = [], resumable, url, evidence } = entry;
  return {
    id,
    cause,
    remedy,
    advice,
    steps: steps.filter(isStep),
    resumable: resumable ?? undefined,
    url,
    sure: evidence !== "keyword" && against === 0,
  };
}

function entriesOf(kind: string): readonly Entry[] {
  return entries.filter((entry) => entry.kind === kind);
}

/** How little an entry suits phase and engine; undefined when it is about other databases altogether. */
function weightAgainst(entry: Entry, { phase, engine }: Symptoms): number | undefined {
  const engineFit = fitOf(entry.engines, engine);
  if (engineFit === undefined) {
    return undefined;
  }
  const otherPhase =
    phase !== undefined && ["full", "incremental"].includes(entry.phase ?? "") && entry.phase !== phase;
  return engineFit + (otherPhase ? weight.otherPhase : 0) + (entry.fallback === true ? weight.fallback : 0);
}

function fitOf(engines: readonly string[], engine: string | undefined): number | undefined {
  if (engine === undefined || engines.includes("any")) {
    return 0;
  }
  const [source, target] = endsOf(engine);
  const pairs = engines.map((pair) => pair.split("->"));
  if (pairs.some(([from, to]) => from === source && (to === target || to === "any"))) {
    return 0;
  }
  return pairs.some(([from, to]) => from === source || to === target) ? weight.otherEngine : undefined;
}

/** The API's names of databases → the catalogue's, where they differ. */
const names: Readonly<Record<string, string>> = {
  taurus: "taurusdb",
  gaussdbv5: "gaussdb",
  gaussdbv5ha: "gaussdb",
  dws: "gaussdb-dws",
};

/** `mysql-to-taurus` → `mysql`, `taurusdb`; an engine alone stands for both ends, but MongoDB goes to DDS. */
function endsOf(engine: string): readonly [source: string, target: string] {
  const [source = "", target = source === "mongodb" ? "dds" : source] = engine
    .toLowerCase()
    .replace(/^clouddataguard-/, "")
    .split("-to-")
    .map((name) => (Object.hasOwn(names, name) ? (names[name] ?? name) : name));
  return [source, target];
}

const expressions = new Map<Entry, readonly RegExp[]>();

function matches(entry: Entry, texts: readonly string[]): boolean {
  let made = expressions.get(entry);
  if (made === undefined) {
    made = entry.match.map((source) => new RegExp(source, "i"));
    expressions.set(entry, made);
  }
  return made.some((expression) => texts.some((text) => text !== "" && expression.test(text)));
}

function cut(text: string): string {
  return text.length <= maxLength
    ? text
    : `${text.slice(0, maxLength - endLength)}\n${text.slice(-endLength)}`;
}
