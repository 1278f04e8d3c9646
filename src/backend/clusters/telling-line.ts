import { isAboutSpace } from "../start-error";

const level = /\b(FATAL|PANIC|ERROR|error):/;

/** The line of a PostgreSQL program's output that says why it failed, from its level on. */
export function tellingLine(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const telling =
    lines.find(isAboutSpace) ?? lines.find((line) => level.test(line)) ?? lines.at(-1) ?? "no output";
  const begin = level.exec(telling)?.index ?? telling.lastIndexOf("|") + 1;
  return telling.slice(begin).trim();
}
