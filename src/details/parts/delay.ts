import type { Localizer } from "../../l10n/localizer";
import type { Shown } from "../../l10n/shown";
import { isStreaming } from "../../status/statuses";
import type { DelayDiagnosis, DelayStages } from "../../tasks/delay/diagnose";
import { delayWords } from "../../tasks/delay/words";
import { explainDelay } from "../../tasks/use-cases/explain-delay";
import type { Cell, Part } from "./part";

/** Where a delay arises, what causes it, and until when. */
export const delay: Part<DelayDiagnosis> = {
  heading: (t) => t("Cause of the delay"),
  suits: isStreaming,
  read: async ({ session, past, id, signal }) => await explainDelay(session, id, signal, past()),
  table: (diagnosis, l10n) => {
    const { t, duration } = l10n;
    const { stages, delayMs, isBehind } = diagnosis;
    const { cause, remedy, forecast } = delayWords(diagnosis, l10n);
    const most = Math.max(...Object.values(stages).map((ms) => ms ?? 0));
    const cell = (ms: number): Cell => ({
      text: duration(ms),
      percent: delayMs === undefined || delayMs === 0 ? 0 : Math.min(100, (ms / delayMs) * 100),
      tone: isBehind && ms > 0 && ms === most ? "warning" : undefined,
    });
    const rows = stageRows(stages, l10n).flatMap(([name, ms]) =>
      ms === undefined ? [] : [[{ text: name }, cell(ms)]],
    );
    return {
      columns: [t("Stage"), t("Takes")],
      rows,
      count: rows.length,
      isCounted: false,
      none: t("The service does not say where the delay arises."),
      notes: [cause, remedy, forecast].filter((note) => note !== undefined),
    };
  },
};

/** Where the source does not say what it has sent, the way belongs to reading. */
function stageRows(
  { reading, way, applying, arriving }: DelayStages,
  { t }: Localizer,
): readonly (readonly [Shown, number | undefined])[] {
  return [
    [t("Reading the source's log"), reading],
    [t("Network"), way],
    [t("Reading and network"), reading === undefined ? arriving : undefined],
    [t("Applying at the target"), applying],
  ];
}
