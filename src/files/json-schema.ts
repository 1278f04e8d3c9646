/** The JSON schemas of task files, for the editor. Used by scripts/task-file-schema.mjs and its test only. */
import { toJsonSchema } from "@valibot/to-json-schema";
import { taskFileSchema } from "./model";

/** VS Code reads one schema for a file pattern; package.json names the one of the user's language by `%taskFile.schema%`. */
export function schemaFiles(): Readonly<Record<string, string>> {
  const text = (language: "en" | "zh") =>
    `${JSON.stringify(toJsonSchema(taskFileSchema(language)), undefined, 2)}\n`;
  return {
    "media/schemas/drs-task.schema.json": text("en"),
    "media/schemas/drs-task.schema.zh-cn.json": text("zh"),
  };
}
