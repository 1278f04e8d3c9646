/** Why a task is behind and until when, in words. */
import type { Localizer } from "../../l10n/localizer";
import { firstOf, joined, type Shown, shown } from "../../l10n/shown";
import { bytesText } from "../retained-log";
import type { CatchUp, DelayCause, DelayDiagnosis } from "./diagnose";

export interface DelayWords {
  /** The cause of the delay with its evidence; that there is none; or that it is not known. */
  readonly cause: Shown;
  readonly remedy?: Shown | undefined;
  /** When the task will catch up, or that it will not. */
  readonly forecast?: Shown | undefined;
}

const mostHolders = 3;
const mostTables = 3;

/** Cause, remedy and forecast of a delay in the reader's words. */
export function delayWords(diagnosis: DelayDiagnosis, l10n: Localizer): DelayWords {
  const { t } = l10n;
  const { cause, isBehind, catchUp } = diagnosis;
  if (cause === undefined) {
    return isBehind
      ? {
          cause: t("The cause is not known: neither end says what it waits for."),
          forecast: catchUp && forecastOf(catchUp, l10n),
        }
      : { cause: t("The task keeps up: there is no bottleneck.") };
  }
  return {
    cause: causeText(cause, l10n),
    remedy: remedyText(cause, l10n),
    forecast: catchUp && forecastOf(catchUp, l10n),
  };
}

/** All of it in one paragraph. */
export function delayParagraph(diagnosis: DelayDiagnosis, l10n: Localizer): Shown {
  const { cause, remedy, forecast } = delayWords(diagnosis, l10n);
  return joined(" ", [cause, remedy, forecast]);
}

function causeText(cause: DelayCause, l10n: Localizer): Shown {
  const { t, duration, number } = l10n;
  switch (cause.id) {
    case "notRead":
      return t("Nothing reads the source's log for this task: its replication slot is not in use.");
    case "lock": {
      const holders = listed(cause.holders, mostHolders);
      return cause.table === undefined
        ? t("The target waits for a lock that another session holds: {0}.", holders)
        : t("The target waits for a lock on {0} that another session holds: {1}.", cause.table, holders);
    }
    case "unindexed":
      return t(
        "Each changed row reads all {1} rows of {0} at the target, because the table has no key.",
        cause.table,
        number(cause.rows),
      );
    case "largeTransaction":
      return cause.tables.length === 0
        ? t("The target is applying one large transaction, for {0} so far.", duration(cause.ms))
        : t(
            "The target is applying one large transaction, for {0} so far, to {1}.",
            duration(cause.ms),
            listed(cause.tables, mostTables),
          );
    case "speedLimit":
      return t("The speed limit of the task, {0} per second, is reached.", bytesText(cause.limit, l10n));
    case "network":
      return cause.carries === undefined
        ? t("The network is the bottleneck: the source has read more than the network carries.")
        : t("The network is the bottleneck: it carries {0} per second.", bytesText(cause.carries, l10n));
    case "sourceReading":
      return cause.event === ""
        ? t("The source is busy reading its log: it holds more changes than one processor reads in time.")
        : t("The source is busy reading its log (it waits for {0}).", cause.event);
    case "targetDisk":
      return t("The target waits for its disk ({0}).", cause.event);
    case "targetProcessor":
      return t("The target applies changes one after another, and this takes a whole processor.");
    case "targetWait":
      return t("The target waits while it applies changes ({0}).", cause.event);
    case "openTransaction":
      return t(
        "A transaction at the source has been open for {0}: {1}. Its changes arrive when it is committed.",
        duration(cause.ms),
        cause.holder,
      );
    case "sourceLost":
      return t("The service has no connection to the source database.");
    case "targetLost":
      return t("The service has no connection to the target database.");
    case "captureStopped":
      return t("The component that reads the source's log is stopped.");
    case "applyStopped":
      return t("The component that applies changes at the target is stopped.");
    case "instanceBusy":
      return t("The instance of the task uses {0} of its processor.", l10n.percent(cause.percent));
  }
}

function remedyText({ id }: DelayCause, { t }: Localizer): Shown | undefined {
  switch (id) {
    case "notRead":
      return t("Check that both servers run and reach each other, and the task's status.");
    case "lock":
      return t("Let that session end its transaction, or end the session.");
    case "unindexed":
      return t("Add a primary key to the table, or an index at the target.");
    case "largeTransaction":
      return t("Wait until it is complete; later changes follow. Split such changes next time.");
    case "speedLimit":
      return t("Raise the limit or remove it.");
    case "network":
      return t("Check the bandwidth between both servers.");
    case "sourceReading":
      return t("Give the source more processor or disk throughput, or spread large changes over time.");
    case "targetDisk":
      return t("Give the target more disk throughput, or relieve it of other load.");
    case "targetProcessor":
      return t("Check the target for triggers and many indexes, or divide the tables among several tasks.");
    case "targetWait":
      return t("Check the target for triggers that wait, and for synchronous replication.");
    case "openTransaction":
      return t("Commit the transaction or end its session.");
    case "sourceLost":
    case "targetLost":
      return t("Check that the database runs and accepts connections from the service.");
    case "captureStopped":
    case "applyStopped":
      return t("Resume the task.");
    case "instanceBusy":
      return t("Choose a larger instance, or divide the tables among several tasks.");
  }
}

function forecastOf(catchUp: CatchUp, { t, duration, nearTime }: Localizer): Shown {
  switch (catchUp.kind) {
    case "in":
      return t(
        "At this rate the task will catch up in {0}, around {1}.",
        duration(Math.ceil(catchUp.ms / 1_000) * 1_000),
        nearTime(Date.now() + catchUp.ms, Date.now()),
      );
    case "blocked":
      return t("The task will not catch up until this cause is removed.");
    case "never":
      return t("At this rate the task will not catch up: changes come in faster than they are applied.");
    case "unknown":
      return t("It is not yet known when the task will catch up.");
  }
}

function listed(names: readonly string[], most: number): Shown {
  return joined(", ", firstOf(names.map(shown), most));
}
