import { isAboutSpace } from "../start-error";

const level = /\b(FATAL|PANIC|ERROR|error):/;

/** The line of a PostgreSQL program's output that says why it failed, from its level on. */
export function errorLine(output: string): string {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const found =
    lines.find(isAboutSpace) ?? lines.find((line) => level.test(line)) ?? lines.at(-1) ?? "no output";
  const begin = level.exec(found)?.index ?? found.lastIndexOf("|") + 1;
  return found.slice(begin).trim();
}
