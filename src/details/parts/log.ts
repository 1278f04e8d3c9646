import { type Cell, cellText, type Part, pageSize, timeCell, type V5Answer } from "./part";

interface Log {
  readonly count: number;
  readonly rows: NonNullable<V5Answer<"showJobDetail">["job"]["logs"]>;
}

/** The log of the task. */
export const log: Part<Log> = {
  heading: (t) => t("Log"),
  filter: (t) => ({
    label: t("Level"),
    options: [
      { value: "", label: t("All levels") },
      { value: "Info", label: t("Information") },
      { value: "Warn", label: t("Warnings") },
      { value: "Error", label: t("Errors") },
    ],
  }),
  read: async ({ v5, id, query: { offset, filter }, signal }) => {
    const level = filter === "" ? {} : { log_level: filter };
    const input = { job_id: id, type: "log", offset, limit: pageSize, ...level };
    const answer = await v5.call("showJobDetail", input, { signal });
    const rows = answer?.job.logs ?? [];
    return answer && { count: answer.job.total_count ?? rows.length, rows };
  },
  table: ({ count, rows }, l10n) => {
    const { t } = l10n;
    const levels: Readonly<Record<string, Cell>> = {
      info: { text: t("Information") },
      warn: { text: t("Warning"), tone: "warning" },
      error: { text: t("Error"), tone: "error" },
    };
    return {
      columns: [t("Time"), t("Level"), t("Message")],
      count,
      rows: rows.map(({ level, message, create_time }) => [
        // Exact, to be compared with other logs.
        { text: timeCell(create_time, l10n).text },
        levels[level?.toLowerCase() ?? ""] ?? { text: cellText(level) },
        { text: cellText(message) },
      ]),
      none: t("The log is empty."),
    };
  },
};
