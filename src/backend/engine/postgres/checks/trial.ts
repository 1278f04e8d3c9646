/** Statements that are tried at an end and taken back: nothing of them stays, and nothing reaches the server's log. */
import { escapeLiteral } from "pg";
import type { Facts } from "./context";

/** A trial of an SQL statement, in which `%L` stands for the parameter. */
export interface Trial {
  readonly statement: string;
  /** Kept out of the statement's text, which servers may log and count. */
  readonly parameter?: string | undefined;
}

interface Refusal {
  readonly code: string;
  readonly reason: string;
}

/** Raised to roll back a successful trial. */
const done = "0DRS1";
const resultSetting = "drs.trial_results";
const parameterSetting = "drs.trial_parameters";
const atOnce = 50;

/**
 * The database's refusals of the trials, in their order; null where it does not object.
 *
 * @throws EngineError when they cannot be tried at all.
 */
export async function tried(end: Facts, trials: readonly Trial[]): Promise<readonly (Refusal | null)[]> {
  const results: (Refusal | null)[] = [];
  for (let first = 0; first < trials.length; first += atOnce) {
    results.push(...(await triedAtOnce(end, trials.slice(first, first + atOnce))));
  }
  return results;
}

async function triedAtOnce(end: Facts, trials: readonly Trial[]): Promise<readonly (Refusal | null)[]> {
  const parameters = JSON.stringify(trials.map(({ parameter }) => parameter ?? null));
  await end.ask("SELECT set_config($1, $2, false)", [parameterSetting, parameters]);
  // An exception takes back everything that its block did; one that is caught is not logged.
  const blocks = trials.map(
    ({ statement, parameter }, place) => `
      BEGIN
        ${
          parameter === undefined
            ? `EXECUTE ${escapeLiteral(statement)};`
            : `EXECUTE format(${escapeLiteral(statement)}, current_setting('${parameterSetting}')::json ->> ${place});`
        }
        RAISE EXCEPTION SQLSTATE '${done}';
      EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, reason = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
        results := results || CASE WHEN code = '${done}' THEN NULL ELSE json_build_object('code', code, 'reason',
          reason || CASE WHEN detail = '' THEN '' ELSE ' (' || detail || ')' END) END;
      END;`,
  );
  const block = `DECLARE code text; reason text; detail text; results json[] := '{}';
    BEGIN ${blocks.join("")} PERFORM set_config('${resultSetting}', array_to_json(results)::text, false); END`;
  await end.ask(`DO ${escapeLiteral(block)}`);
  const [row] = await end.ask<{ results: readonly (Refusal | null)[] }>(
    "SELECT current_setting($1)::json AS results, set_config($2, '', false)",
    [resultSetting, parameterSetting],
  );
  return row?.results ?? [];
}
