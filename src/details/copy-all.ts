/** All of a page as text, for a ticket or a colleague. */
import type { Task } from "../tasks/task";
import type { Row, TaskView } from "./page-view";
import type { PartView } from "./part-view";

/** The task as it was read, and what the page has read of it besides. Neither holds a password. */
export function asJson(task: Task, more: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ task, ...more }, undefined, 2);
}

/** The page as Markdown, in the reader's language. */
export function asMarkdown({
  name,
  status,
  notices,
  problem,
  stream,
  progress,
  delay,
  sections,
  objects,
  more,
}: TaskView): string {
  const blocks = [
    `# ${plain(name)}`,
    `**${plain(status.name)}**: ${plain(status.meaning)}`,
    ...notices.map(({ text, detail }) => `> ${plain([text, detail].filter(Boolean).join(" "))}`),
    ...(problem === undefined
      ? []
      : [
          `## ${plain([problem.heading, problem.code].filter(Boolean).join(" "))}`,
          ...[problem.message, ...(problem.explanation?.facts ?? []).map(factText), problem.advice]
            .filter((text) => text !== undefined)
            .map(plain),
        ]),
    ...(stream === undefined
      ? []
      : [
          `## ${plain(stream.heading)}`,
          ...stream.warnings.map(({ code, text }) => plain(`${code} ${text}`)),
          ...(stream.log === undefined ? [] : [plain(factText(stream.log))]),
        ]),
    ...(progress === undefined
      ? []
      : [
          `## ${plain(progress.label)}`,
          rowList([
            { label: progress.label, value: progress.text },
            ...progress.parts.map(({ label, text }) => ({ label, value: text })),
          ]),
        ]),
    ...(delay === undefined ? [] : [rowList([delay])]),
    ...sections.flatMap(({ heading, rows, empty }) => [
      `## ${plain(heading)}`,
      rows.length === 0 ? plain(empty) : rowList(rows),
    ]),
    `## ${plain(objects.heading)} (${objects.count})`,
    objects.rows.length === 0 ? plain(objects.empty) : table(objects.columns, objects.rows),
    ...(more?.parts ?? []).filter(({ open }) => open).flatMap(partBlocks),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function partBlocks({ heading, state, notes, columns, rows, pager }: PartView): readonly string[] {
  const cells = rows.map((row) => row.map(({ text, detail }) => [text, detail].filter(Boolean).join(" ")));
  return [
    `## ${plain(heading)}`,
    ...notes.map(plain),
    ...(rows.length === 0 ? [plain(state?.text ?? "")] : [table(columns, cells)]),
    ...rows.flat().flatMap(({ sql }) => (sql === undefined ? [] : [codeBlock(sql)])),
    ...(pager === undefined ? [] : [plain(pager.text)]),
  ];
}

function factText({ label, text }: { readonly label?: string | undefined; readonly text: string }): string {
  return label === undefined ? text : `${label}: ${text}`;
}

function rowList(rows: readonly Pick<Row, "label" | "value">[]): string {
  return rows.map(({ label, value }) => `- ${plain(label)}: ${plain(value)}`).join("\n");
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(plain).join(" | ")} |`;
  return [line(columns), `|${" --- |".repeat(columns.length)}`, ...rows.map(line)].join("\n");
}

/** A text as it is: nothing in it can end the block. */
function codeBlock(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => `    ${line}`)
    .join("\n");
}

/** A text that Markdown leaves as it is, in one line. */
function plain(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>#|~&]/g, "\\$&").replaceAll(/\s*\n\s*/g, " ");
}
