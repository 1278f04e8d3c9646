import { cellText, type Part, pageSize, type V5Answer } from "./part";

interface Tables {
  readonly count: number;
  readonly rows: V5Answer<"showProgressData">["flow_compare_data"];
}

/** How far the copy of each table is. */
export const tables: Part<Tables> = {
  heading: (t) => t("Progress of the tables"),
  filter: (t) => ({ label: t("Search tables") }),
  read: async ({ v5, id, query: { offset, filter }, signal }) => {
    const search = filter === "" ? {} : { search_name: filter };
    const input = { job_id: id, type: "table", offset, limit: pageSize, ...search };
    const answer = await v5.call("showProgressData", input, { signal });
    return (
      answer && { count: answer.count ?? answer.flow_compare_data.length, rows: answer.flow_compare_data }
    );
  },
  table: ({ count, rows }, { t, percent }) => {
    return {
      columns: [t("Name in the source"), t("Name in the target"), t("Progress")],
      count,
      rows: rows.map(({ src_db, src_tb, dst_db, dst_tb, progress }) => [
        { text: cellText([src_db, src_tb].filter(Boolean).join(".")), code: true },
        { text: cellText([dst_db, dst_tb].filter(Boolean).join(".")), code: true },
        progress == null ? { text: t("Not known yet") } : { text: percent(progress), percent: progress },
      ]),
      none: t("The service lists no tables for this task yet."),
    };
  },
};
