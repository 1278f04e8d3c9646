/** An end of a task. */
export type Side = "source" | "target";
