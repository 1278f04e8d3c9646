/** The templates of a new task file. */
import type { Translate } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";
import { usualEngine } from "./engines";
import type { FileEnd, TaskFile } from "./model";

export type TemplateEnds = Pick<TaskFile, "source" | "target" | "objects">;

const end = (host: string, database: string): FileEnd => ({ host, port: 5432, database, user: "drs" });

interface TypeChoice {
  readonly type: TaskFile["type"];
  readonly label: Shown;
  readonly description: Shown;
}

/** Where nothing is known about the databases. */
export const exampleEnds: TemplateEnds = {
  source: end("source.example.com", "shop"),
  target: end("target.example.com", "shop_copy"),
  objects: { tables: ["public.orders", "public.order_items"] },
};

/** The modes of synchronization to choose from, in a user's words. */
export function typeChoices(t: Translate): readonly TypeChoice[] {
  return [
    {
      type: "full+incremental",
      label: t("Full and incremental"),
      description: t("copy, then follow the changes"),
    },
    { type: "incremental", label: t("Incremental only"), description: t("the target has the rows already") },
    { type: "full", label: t("Full only"), description: t("copy once") },
  ];
}

/** The text of a new file. */
export function templateText(name: string, type: TaskFile["type"], ends: TemplateEnds): string {
  return fileText({
    ...{ name, description: "", engine: usualEngine, type, network: "eip", nodeType: "micro" },
    ...ends,
  });
}

/** The text of a task file: JSON with an indentation of two. */
export function fileText(file: TaskFile): string {
  return `${JSON.stringify(file, undefined, 2)}\n`;
}
