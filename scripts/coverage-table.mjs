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
    "the database, the task's tables, and their indexes, constraints and triggers, by their names",
  createComparison: "`lines` and `contents`, at once; without objects all tables of the task",
  batchModification: "`name` and `description`",
  batchLimitSpeed: "limits the full synchronization",
  showJobDetail:
    "types `overview`, `detail`, `network`, `precheck`, `progress`, `log`, `compare` (`object_compare`, `line_compare`, `content_compare`)",
  showMonitorData: "what is not measured here is left out",
  showProgressData: "types `table`, `table_structure`, `table_indexs`, `database`; others are empty",
  showDirtyData: "of the demo's target, whose log can be read",
  listDdls: "what DDL at the source has changed and was not replicated, in place of its text",
  cleanAlarm: "clears the alarm in the list; the task's warning stays while its cause does",
  createComparisons: "at once; `compare_mode` changes nothing",
  listHealthComparisons: "none: see `update_compare_policy`",
  executeAction:
    "`network`, `precheck`, `start`, `stop`, `restart`, `reset`, `terminate`, `create_compare` (`object`, `lines`, `contents`), `cancel_compare`",
  executeActions: "the same actions",
  createJob: "`postgresql` to `postgresql`",
  collectDbObjects: "tables; `db_names` is kept to, `offset` and `limit` change nothing",
  batchSetPolicy:
    "accepts what PostgreSQL's logical replication does: `conflict_policy` `stop`, indexes, no DDL",
  showQuotas: "nothing limits the tasks but the servers' own settings",
  showComparePolicy: "`NO_SUPPORT`",
  listJobParameters: "none",
  listParameterHistory: "none",
  showTuning: "none",
  updateJob:
    "`name`, `description`, `expired_days`, `notify`, `policy` (with `speed_limit`), `db_object`, `all`; objects and limits are set at once",
  listNodeTypes: "any of them makes the same: nothing",
  listZones: "`local`",
  listSupportLinks: "as `listLinks`",
  batchSetAlarms: "kept and answered; nothing is sent",
  setAlarmTopic: "kept and answered; nothing is sent",
  listAlarmTopics: "none: there is no notification service",
  showSwitchover: "what has been read and written; nothing is switched over",
  batchStructProcess: "tables",
  batchStructDetail: "types `table`, `table_structure`, `table_indexs`, `database`; others are empty",
  showObjectSupport: "nothing is searched by the service or imported from a file",
  createConnection: "kept and answered; a creation names its ends itself",
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
  return `${[head, figures, ...sections, refusals, tail].join("\n\n")}\n`;
}

const head = `# The operations that the local backend serves

Made from the operations tables in \`src/drs\` by \`npm run docs:coverage\`. Any other path or method answers 404
\`APIGW.0101\`, as the cloud's gateway does for what is not published. Fields that are not known here are accepted.`;

const tail = `## Where it differs

- \`listJobs\` and \`listJobsV5\` show the tasks of all users.
- A call of \`batchDetail\` that names only unknown tasks answers 400 with the reasons in its list.
- \`executeAction\` and \`executeActions\` answer 202 when the outcome is read later by its \`query_id\`.
- IAM: the user's name is the access key, the password the secret key, the only project is called \`local\`.`;
