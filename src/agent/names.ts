/** Every tool for agents; package.json and the MCP server are checked against it. None ends or deletes a task. */
export const toolNames = [
  "drs_list_tasks",
  "drs_inspect_task",
  "drs_explain_failure",
  "drs_precheck_task",
  "drs_compare_task",
  "drs_start_task",
  "drs_pause_task",
  "drs_resume_task",
] as const;

export type ToolName = (typeof toolNames)[number];
