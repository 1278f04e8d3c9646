import { readFileSync } from "node:fs";

/** The blocks of a document in a language, in their order. */
export function blocksOf(file: string, language: string): readonly string[] {
  const blocks = readFileSync(file, "utf8").matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
  return [...blocks].filter(([, name]) => name === language).map(([, , text = ""]) => text);
}
