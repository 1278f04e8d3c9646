/** What a new task file begins with. */
import { usualEngine } from "./engines";
import type { FileEnd, TaskFile } from "./model";

export type TemplateEnds = Pick<TaskFile, "source" | "target" | "objects">;

const end = (host: string, database: string): FileEnd => ({ host, port: 5432, database, user: "drs" });

/** Where nothing is known about the databases. */
export const exampleEnds: TemplateEnds = {
  source: end("source.example.com", "shop"),
  target: end("target.example.com", "shop_copy"),
  objects: { tables: ["public.orders", "public.order_items"] },
};

/** The text of a new file. */
export function templateText(name: string, type: TaskFile["type"], ends: TemplateEnds): string {
  return fileText({
    ...{ name, description: "", engine: usualEngine, type, network: "eip", nodeType: "micro" },
    ...ends,
  });
}

export function fileText(file: TaskFile): string {
  return `${JSON.stringify(file, undefined, 2)}\n`;
}
