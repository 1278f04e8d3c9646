/** How the name of a task file ends. */
export const fileSuffix = ".drs-task.json";
