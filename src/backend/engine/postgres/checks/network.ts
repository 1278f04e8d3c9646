/** Whether the ends can be reached: by the backend, and the source by the target. */
import { escapeIdentifier, escapeLiteral } from "pg";
import { message } from "../../../messages";
import type { EndLogin } from "../../database-login";
import type { EngineError } from "../../engine-error";
import { sessionSettings } from "../databases";
import { describe } from "../errors";
import { conninfo, isVerified, objectName } from "../names";
import { alarm, at, type Check, failed, type Problem } from "./check";
import type { CheckedTask, Facts } from "./context";
import { tried } from "./trial";

/** Why an end cannot be reached. */
export function unreachable(error: EngineError, login: EndLogin): Problem {
  const side = error.side ?? "source";
  if (isPooler(error.reason)) {
    return failed(message("pooler", { side, address: addressOf(login) }), [], error.reason);
  }
  if (error.code === "53300") {
    const raise = `ALTER ROLE ${escapeIdentifier(login.user)} CONNECTION LIMIT -1`;
    const text = message("noConnectionLeft", { side, user: login.user, reason: error.reason });
    return failed(text, [at(side)(raise)], error.reason);
  }
  return failed(describe(error, login), [], error.reason);
}

/** Whether a pooler such as PgBouncer refused a replication connection's parameters, or settings. */
function isPooler(reason: string): boolean {
  return /unsupported startup parameter|pgbouncer|no such database: pgcat|replication .{0,20}not supported by/i.test(
    reason,
  );
}

function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host}:${port}`;
}

export const differentDatabases: Check = {
  ...{ item: "different_databases", group: "network", ends: ["source", "target"], ifUnknown: "FAILED" },
  evaluate: async ({ source, target }) => {
    const [one, other] = [await source.server(), await target.server()];
    return one.identity === other.identity ? [failed(message("sameDatabase"))] : [];
  },
};

/**
 * The target makes a subscription with the very connection string that the task will use, in a transaction that is
 * taken back: its server connects as a worker would, with a replication connection.
 */
export const targetReachesSource: Check = {
  ...{ item: "target_reaches_source", group: "network", ends: ["source", "target"], ifUnknown: "ALARM" },
  evaluate: async ({ task, source, target }) => {
    const server = await target.server();
    if (!server.can_subscribe || !server.can_create || server.standby || server.read_only) {
      return [alarm(message("reachNotTried"))];
    }
    const worker = `${objectName(task.id)}_trial`;
    const name = escapeIdentifier(worker);
    const settings = await sessionSettings(source.asked, task.source);
    const login = conninfo(task.source, task.publisher, worker, server.version, settings);
    const trial = {
      parameter: login,
      // Nobody has this publication, so that no table is looked for: a task that runs may have lost one.
      statement: `CREATE SUBSCRIPTION ${name} CONNECTION %L PUBLICATION ${name}
        WITH (connect = true, enabled = false, create_slot = false, copy_data = false, slot_name = NONE)`,
    };
    const address = addressOf(task.publisher);
    for (let trials = 0; trials < mostTrials; trials++) {
      const { answer, seen } = await watching(source, worker, async () => await tried(target, [trial]));
      const [error] = answer;
      if (error !== undefined && error !== null) {
        return [refused(error, task, address)];
      }
      if (seen) {
        return clearTextRisk(task, server.version);
      }
    }
    // An address is resolved at the target: its localhost is another than the backend's.
    return [failed(message("targetReachesAnother", { address }))];
  },
};

/** From which version of the target libpq can refuse to send the password in clear text. */
const refusesClearText = 16;

/** Whether the target's server would give the source's password to a server that takes the source's place. */
function clearTextRisk({ source }: CheckedTask, version: number): readonly Problem[] {
  return version >= refusesClearText || isVerified(source)
    ? []
    : [alarm(message("clearTextNotRefused", { version: String(version) }))];
}

/** How often a trial is repeated whose connection was not seen at the source, where it is open for a few milliseconds. */
const mostTrials = 8;

/** Does some work, and watches whether the source gets a connection of this application meanwhile. */
async function watching<T>(source: Facts, application: string, work: () => Promise<T>) {
  const begun = work();
  let [over, seen] = [false, false];
  const end = begun.then(
    () => {
      over = true;
    },
    () => {
      over = true;
    },
  );
  while (!over && !seen) {
    await source.ask(watchSql(application));
    const [row] = await source.ask<{ seen: boolean }>(
      `SELECT current_setting('${seenSetting}')::boolean AS seen`,
    );
    seen = row?.seen === true;
  }
  await end;
  return { answer: await begun, seen };
}

const seenSetting = "drs.trial_seen";

/** Looks for a connection during 50 ms, at the server itself: by question and answer it would be missed. */
function watchSql(application: string): string {
  const look = `DECLARE over timestamptz := clock_timestamp() + interval '50 ms'; seen boolean;
    BEGIN
      LOOP
        PERFORM pg_stat_clear_snapshot();
        seen := EXISTS (SELECT FROM pg_stat_activity WHERE application_name = ${escapeLiteral(application)});
        EXIT WHEN seen OR clock_timestamp() > over;
        PERFORM pg_sleep(0.001);
      END LOOP;
      PERFORM set_config('${seenSetting}', seen::text, false);
    END`;
  return `DO ${escapeLiteral(look)}`;
}

/** Why the target's server got no connection to the source. */
function refused(
  error: { readonly code: string; readonly reason: string },
  task: CheckedTask,
  address: string,
): Problem {
  if (isPooler(error.reason)) {
    return failed(message("pooler", { side: "source", address: addressOf(task.source) }), [], error.reason);
  }
  if (error.code === "2F003") {
    const look =
      "SELECT line_number, type, database, user_name, address, auth_method FROM pg_hba_file_rules ORDER BY line_number";
    const text = message("passwordNotAsked", { user: task.target.user, login: task.source.user });
    return failed(text, [at("source")(look)], error.reason);
  }
  if (/channel binding|authentication method requirement/i.test(error.reason)) {
    const text = message("sourceNotProven", { address, user: task.source.user });
    return failed(text, [], error.reason);
  }
  const [, words = error.reason] = /could not connect to the publisher: (.*)/s.exec(error.reason) ?? [];
  const reason = words.replaceAll(/\s*\n\s*/g, " ").replace(/[.?]+$/, "");
  return failed(message("targetCannotReach", { address, reason }), [], error.reason);
}
