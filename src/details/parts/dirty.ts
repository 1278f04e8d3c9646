import { cellText, type Part, pageSize, timeCell, type V5Answer } from "./part";

interface Dirty {
  readonly count: number;
  readonly rows: V5Answer<"showDirtyData">["dirty_data_list"];
}

/** Rows that the target refused. */
export const dirty: Part<Dirty> = {
  heading: (t) => t("Dirty data"),
  filter: (t) => ({
    label: t("Phase"),
    options: [
      { value: "", label: t("Incremental synchronization") },
      { value: "FULL_TRANSFER", label: t("Full synchronization") },
    ],
  }),
  read: async ({ v5, id, query: { offset, filter }, signal }) => {
    const phase = filter === "" ? {} : { task_mode: filter };
    const answer = await v5.call(
      "showDirtyData",
      { job_id: id, offset, limit: pageSize, ...phase },
      { signal },
    );
    return answer && { count: answer.count ?? answer.dirty_data_list.length, rows: answer.dirty_data_list };
  },
  table: ({ count, rows }, l10n) => {
    const { t } = l10n;
    return {
      columns: [t("Time"), t("Table"), t("Why the target refused the row"), t("Statement")],
      count,
      rows: rows.map(({ db_name, schema_name, table_name, error_sql, error_time, error_msg }) => [
        timeCell(error_time, l10n),
        { text: cellText([db_name, schema_name, table_name].filter(Boolean).join(".")), code: true },
        { text: cellText(error_msg), tone: "error" },
        { text: cellText(error_sql), code: true },
      ]),
      none: t("The target rejected no rows."),
      notes:
        rows.length === 0
          ? []
          : [t("Remove the cause at the target, such as a row with the same key, then resume the task.")],
    };
  },
};
