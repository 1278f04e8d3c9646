// Writes the operations tables of src/drs as the page docs/api-coverage.md.

/** @typedef {{ method: string, path: string, success: number, reads: boolean }} Operation */

/**
 * What is not as in the cloud, by operation.
 *
 * @type {Readonly<Record<string, string>>}
 */
export const remarks = {
  batchCreation: "`postgresql` to `postgresql`; the enterprise project comes from `sys_tags`",
  batchDelete: "`terminate`, `force_terminate`, `delete`",
  batchSelectObjects: "tables, schemas and whole databases, under their own names",
  batchStarting: "`is_auto_create_compare` and `is_only_init_task` are accepted and change nothing",
  createObjectComparison:
    "the database, the task's tables, their indexes, constraints, triggers and rules, and the views and functions that belong to them, with their definitions",
  createComparison:
    "`lines` and `contents`; begins at once; without objects, all tables of the task are compared",
  batchModification: "`name` and `description`",
  batchLimitSpeed: "limits the full synchronization",
  showJobDetail:
    "types `overview`, `detail`, `network`, `precheck`, `progress`, `log`, `compare` (`object_compare`, `line_compare`, `content_compare`)",
  showMonitorData: "what is not measured here is left out",
  showProgressData: "types `table`, `table_structure`, `table_indexs`, `database`; others are empty",
  showDirtyData: "only for the demo's target, whose log the backend can read",
  listDdls: "what DDL has changed at the source without being replicated, instead of the text of the DDL",
  cleanAlarm: "clears the alarm in the list; the task's warning stays while its cause does",
  createComparisons: "begins at once; `compare_mode` changes nothing",
  listHealthComparisons: "always empty: see `update_compare_policy`",
  executeAction:
    "`network`, `precheck`, `start`, `stop`, `restart`, `reset`, `terminate`, `create_compare` (`object`, `lines`, `contents`), `cancel_compare`",
  executeActions: "the same actions",
  createJob: "`postgresql` to `postgresql`",
  collectDbObjects: "only tables of `db_names`; `offset` and `limit` change nothing",
  batchSetPolicy:
    "accepts what PostgreSQL's logical replication does: `conflict_policy` `stop`, indexes, no DDL",
  showQuotas: "the number of tasks is limited by the settings of the database servers only",
  showComparePolicy: "always `NO_SUPPORT`",
  listJobParameters: "always empty",
  listParameterHistory: "always empty",
  showTuning: "always empty",
  updateJob:
    "`name`, `description`, `expired_days`, `notify`, `policy` (with `speed_limit`), `db_object`, `all`; objects and limits are set at once",
  listNodeTypes: "all node types have the same effect: none",
  listZones: "always `local`",
  listSupportLinks: "like `listLinks`",
  batchSetAlarms: "stored and returned; no notification is sent",
  setAlarmTopic: "stored and returned; no notification is sent",
  listAlarmTopics: "always empty: there is no notification service",
  showSwitchover: "returns what has been read and written; nothing is switched over",
  batchStructProcess: "tables only",
  batchStructDetail: "types `table`, `table_structure`, `table_indexs`, `database`; others are empty",
  showObjectSupport: "search by the service and import from a file are not supported",
  createConnection: "stored and returned; a task is not created from it",
  prepareJobs: "checked at once; `user_migration`, `db_param` and `tuning_params` change nothing",
  commitPrepared:
    "creates the tasks with their objects, limits and alarms; connections are tested and tasks started by calls of their own",
};

/**
 * @param {readonly { title: string, operations: Readonly<Record<string, Operation>> }[]} tables
 * @param {readonly { method: string, path: string, name: string, why: string }[]} refused
 * @returns {string} the page
 */
export function coveragePage(tables, refused) {
  const served = tables
    .filter(({ title }) => title !== "IAM")
    .flatMap(({ operations }) => Object.keys(operations));
  const partly = served.filter((name) => name in remarks).length;
  const figures = `Of the service's ${served.length + refused.length} operations, ${served.length - partly} are served, ${partly} are served in part (see
their remarks), and ${refused.length} are refused.`;
  const refusals = [
    "## Refused",
    "",
    "These answer 400 `DRS.M10018`, as the service does for what it does not support.",
    "",
    "| Call | Name in the SDK | Why |",
    "| --- | --- | --- |",
    ...refused.map(({ method, path, name, why }) => `| \`${method} ${path}\` | \`${name}\` | ${why} |`),
  ].join("\n");
  const sections = tables.map(({ title, operations }) => {
    const rows = Object.entries(operations).map(
      ([name, { method, path, success, reads }]) =>
        `| \`${method} ${path}\` | \`${name}\` | ${reads ? "reads" : "changes"} | ${success} | ${remarks[name] ?? ""} |`,
    );
    return [
      `## ${title}`,
      "",
      "| Call | Name | | Success | Remarks |",
      "| --- | --- | --- | --- | --- |",
      ...rows,
    ].join("\n");
  });
  return `${[head, figures, fields, ...sections, refusals, tail].join("\n\n")}\n`;
}

const head = `# The operations that the local backend serves

Made from the operations tables in \`src/drs\` by \`npm run docs:coverage\`. Any other path or method answers 404
\`APIGW.0101\`, as the cloud's gateway does for an API that is not published. Unknown fields are accepted.`;

/** Of the fields that the service documents, those that are filled for tasks that say all they can; counted by `test/backend/other-clients.test.ts`. */
export const filledFields = {
  listJobs: { documented: 31, filled: 15 },
  batchDetail: { documented: 160, filled: 72 },
  listJobsV5: { documented: 42, filled: 20 },
  showJobDetail: { documented: 337, filled: 86 },
};

const fields = `Of the fields that the service documents of a task, with nested ones, these are filled where a creation says them all, before the task runs. A test counts them. The others
belong to other engines, to disaster recovery, to a later status, or (\`showJobDetail\`) to other types than \`detail\`.

| Call | Documented | Filled |
| --- | --- | --- |
${Object.entries(filledFields)
  .map(
    ([name, { documented, filled }]) =>
      `| \`${name}\`${name === "showJobDetail" ? ", `detail`" : ""} | ${documented} | ${filled} |`,
  )
  .join("\n")}`;

const tail = `## Where it differs

- \`listJobs\` and \`listJobsV5\` show the tasks of all users.
- A call of \`batchDetail\` that names only unknown tasks answers 400 with the reasons in its list.
- \`executeAction\` and \`executeActions\` answer 202 when the outcome is read later by its \`query_id\`.
- IAM: the user name is the access key, the password is the secret key, and the only project is named \`local\`.`;
