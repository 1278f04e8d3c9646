/** `POST /_local/ends`: tries the ends of a task that does not exist yet, and lists the tables that it could have. */
import * as v from "valibot";
import type { EndLogin } from "../engine/database-login";
import type { Engine } from "../engine/engine";
import { requireEngineError } from "../engine/engine-error";
import type { Side } from "../engine/side";
import { type Language, render } from "../messages";

const login = v.object({
  host: v.string(),
  port: v.number(),
  user: v.string(),
  password: v.string(),
  database: v.string(),
  ssl: v.optional(v.boolean(), false),
  ca: v.optional(v.string()),
});

export const endsRequest = v.object({ source: login, target: v.optional(login) });

export interface EndsView {
  /** Why an end does not work; absent: it does. */
  readonly problems: { readonly [S in Side]?: string };
  /** The source's; absent while an end does not work. Sizes in bytes, rows as the server estimates them. */
  readonly tables?: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly rows: number;
    readonly has_key: boolean;
    readonly unlogged: boolean;
    /** Whether the target has it with rows in it. */
    readonly filled: boolean;
  }[];
}

/** Connects to both ends at once: answers what is wrong with each, else the source's tables. */
export async function tryEnds(
  engine: Engine,
  given: v.InferOutput<typeof endsRequest>,
  language: Language,
): Promise<EndsView> {
  const source: EndLogin = { ...given.source, side: "source" };
  const target: EndLogin | undefined = given.target && { ...given.target, side: "target" };
  const problems: { [S in Side]?: string } = {};
  const attempt = async <T>(login: EndLogin, work: () => Promise<T>) => {
    try {
      return await work();
    } catch (error) {
      requireEngineError(error);
      problems[error.side ?? login.side] = render(engine.describe(error, login), language);
      return undefined;
    }
  };
  await Promise.all([
    attempt(source, async () => await engine.test(source)),
    target && attempt(target, async () => await engine.test(target)),
  ]);
  const found =
    Object.keys(problems).length > 0
      ? undefined
      : await attempt(source, async () => await engine.choosableTables(source, target));
  return found === undefined
    ? { problems }
    : {
        problems,
        tables: found.map(({ schema, table, bytes, rows, hasKey, isUnlogged, isFilled }) => ({
          ...{ name: `${schema}.${table}`, bytes, rows },
          ...{ has_key: hasKey, unlogged: isUnlogged, filled: isFilled },
        })),
      };
}
