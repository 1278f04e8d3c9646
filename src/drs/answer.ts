/** From the bytes of an answer to what an operation promises, or to the error that says what is wrong with it. */
import { beginningOf } from "../l10n/localizer";
import { fitsAsItIs } from "./answer-fits";
import { repaired } from "./answer-repair";
import { DrsError, type Failure, faultOf, kindOf } from "./errors";
import type { Operation } from "./operation";
import type { Incoming } from "./transport";

const [quote, backslash, comma, openList, closeList, openObject, closeObject] = Buffer.from('"\\,[]{}');

/** What an error says about the response that it comes from. */
export interface AnswerFacts {
  readonly operation: string;
  readonly host: string;
  /** Whether the call only reads, so that no failure leaves anything uncertain. */
  readonly reads: boolean;
}

/** Larger answers are looked at before they are read; those of the API for 100 tasks are smaller. In bytes. */
const ordinary = 256 * 1024;
/** More values than in any answer of the API: each that does not fit costs memory, and millions the window. */
const mostValues = 100_000;
/** More items than a page of the API can have. */
const mostItems = 2_000;
/** Characters that are kept of a refusal's reason, and of codes and ids. A service may word megabytes. */
const longest = { reason: 2_000, code: 200 };
/** Levels of objects and lists; answers of the API have fewer than ten. */
const deepest = 64;

/** A service that asks to wait for longer is asked again all the same: a timer of weeks would end at once. */
const longestWaitMs = 3_600_000;

/** How far this machine's clock may be off before it is named as the cause of a refused signature: the service accepts 15 minutes. */
const skewToldMs = 5 * 60_000;

/**
 * The checked answer. A leaf of a wrong type is repaired or left out and reported; an item is left out only if it has no
 * usable id. A list that is null is empty, and so is one that is missing where the service counts none.
 *
 * @param report receives one line about each part that does not fit the schema.
 * @throws DrsError for a refusal, and for a response that is not the API's.
 */
export function checkedAnswer(
  operation: Operation,
  answer: Incoming,
  facts: AnswerFacts,
  report: (what: string) => void,
): object {
  const { items = "", item, response } = operation;
  const requestId = answer.header("x-request-id");
  const value = bodyOf(answer, facts, items);
  const list = item !== undefined && isEmptyList(value, items) ? [] : value[items];
  if (Array.isArray(list) && list.length > mostItems) {
    const { operation: name, host, reads } = facts;
    throw new DrsError({
      ...{ kind: "protocol", operation: name, requestId, uncertain: !reads, ...faultOf("tooLarge", host) },
    });
  }
  if (fitsAsItIs(response, value)) {
    return { ...value, request_id: requestId };
  }
  const checked =
    Array.isArray(list) && item !== undefined
      ? list.flatMap((entry: unknown) => {
          const part = repaired(item, entry, (what) => report(`${items}[].${what}`));
          return part === undefined ? [] : [part.output];
        })
      : list;
  const misfits: string[] = [];
  // Items that are checked are not checked once more.
  const isList = item !== undefined && Array.isArray(checked);
  const shell = isList ? { ...value, [items]: [] } : value;
  const result = repaired(response, shell, (what) => misfits.push(what));
  if (result === undefined || (item !== undefined && !isList)) {
    throw new DrsError({
      kind: "protocol",
      operation: facts.operation,
      requestId,
      uncertain: !facts.reads,
      ...faultOf("schemaMismatch", misfits.at(-1) ?? "body"),
    });
  }
  misfits.forEach(report);
  return { ...(result.output as object), ...(isList ? { [items]: checked } : {}), request_id: requestId };
}

function isEmptyList(body: Readonly<Record<string, unknown>>, items: string): boolean {
  const counts = [body.total_record, body.total_count, body.count];
  return (
    body[items] === null ||
    (body[items] === undefined && counts.some((count) => count === 0 || count === "0"))
  );
}

/**
 * The body of an answer.
 *
 * @param items the field that makes a body of status 400 an answer: batch-detail answers so for a task that is gone.
 * @throws DrsError for a refusal, and for a response that is not the API's.
 */
export function bodyOf(
  answer: Incoming,
  { operation, host, reads }: AnswerFacts,
  items = "",
): Record<string, unknown> {
  const { status, bytes } = answer;
  const ok = status >= 200 && status < 300;
  if (bytes.length > ordinary && isExcessive(bytes)) {
    throw new DrsError({
      ...{ kind: "protocol", operation, status, uncertain: !reads && (ok || status >= 500) },
      ...{ requestId: answer.header("x-request-id"), ...faultOf("tooLarge", host) },
    });
  }
  // A change may be answered without a body: then nothing says more than the status.
  const body = bytes.length === 0 && ok && !reads ? {} : asObject(bytes);
  if (body !== undefined && (ok || (status === 400 && Array.isArray(body[items])))) {
    return body;
  }
  const uncertain = !reads && (ok || status >= 500);
  const facts = { operation, status, uncertain, requestId: answer.header("x-request-id") };
  if (ok || (status >= 300 && status < 400)) {
    throw new DrsError({ ...facts, kind: "protocol", ...faultOf(ok ? "notJson" : "redirected", host) });
  }
  throw new DrsError(refusal(answer, body, facts));
}

function refusal(
  answer: Incoming,
  body: Record<string, unknown> | undefined,
  facts: Pick<Failure, "operation" | "requestId" | "uncertain"> & { readonly status: number },
): Failure {
  const nested = body?.error;
  const source = typeof nested === "object" && nested !== null ? (nested as Record<string, unknown>) : body;
  const code = firstText(source?.error_code, longest.code) ?? firstText(source?.code, longest.code);
  const reason =
    firstText(source?.error_msg) ?? firstText(source?.error_message) ?? firstText(source?.message);
  const kind = kindOf(code, facts.status);
  const serviceTime = Date.parse(answer.header("date") ?? "");
  const skewed = kind === "authentication" && Math.abs(serviceTime - Date.now()) > skewToldMs;
  return {
    ...facts,
    kind,
    code,
    ...(skewed
      ? faultOf("clockSkew", new Date(serviceTime).toISOString())
      : reason === undefined
        ? faultOf("noReason", ` (HTTP ${facts.status})`)
        : { reason }),
    retryAfterMs: retryAfter(answer.header("retry-after")),
    requestId: facts.requestId ?? firstText(body?.request_id, longest.code),
  };
}

/** `Retry-After` has seconds or a date. */
function retryAfter(value: string | undefined): number | undefined {
  const ms = /^\d+$/.test(value ?? "") ? Number(value) * 1000 : Date.parse(value ?? "") - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), longestWaitMs);
}

function firstText(value: unknown, most = longest.reason): string | undefined {
  return typeof value === "string" && value !== "" ? beginningOf(value, most) : undefined;
}

/** Whether the JSON has more values, or is nested more deeply, than an answer can be. Counts, and keeps nothing. */
function isExcessive(bytes: Buffer): boolean {
  let [values, depth, inText] = [0, 0, false];
  for (let index = 0; index < bytes.length; index++) {
    switch (bytes[index]) {
      case quote:
        inText = !inText;
        break;
      case backslash:
        index += inText ? 1 : 0;
        break;
      case comma:
        values += inText ? 0 : 1;
        break;
      case openList:
      case openObject:
        depth += inText ? 0 : 1;
        break;
      case closeList:
      case closeObject:
        depth -= inText ? 0 : 1;
    }
    if (values > mostValues || depth > deepest) {
      return true;
    }
  }
  return false;
}

/** A list is the field `body` of an object, as in the SDKs. */
function asObject(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    // Some programs write a byte order mark, which JSON does not have.
    const value: unknown = JSON.parse(bytes.toString("utf8").replace(/^\uFEFF/, ""));
    if (Array.isArray(value)) {
      return { body: value };
    }
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
