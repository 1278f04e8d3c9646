import type { TaskRef } from "../connections/connection";

/** The parts of the page's document. */
export interface PageParts {
  /** BCP 47 tag. */
  readonly language: string;
  readonly title: string;
  /** Said until the page has its first data. */
  readonly loading: string;
  readonly task: TaskRef;
  /** URLs of the script and of the style sheet. */
  readonly script: string;
  readonly style: string;
  /** URL of the font of the icons, which is loaded with the style sheet, not after it. */
  readonly font: string;
  /** `webview.cspSource`: where style and font may come from. */
  readonly cspSource: string;
  /** Fresh for each document. */
  readonly nonce: string;
}

/** The document of the page: nothing but its own script, style and font may load. */
export function pageHtml(parts: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${parts.nonce}'`,
    `style-src ${parts.cspSource}`,
    `font-src ${parts.cspSource}`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${escaped(parts.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(parts.title)}</title>
<link rel="preload" as="font" type="font/ttf" href="${escaped(parts.font)}" crossorigin>
<link rel="stylesheet" href="${escaped(parts.style)}">
</head>
<body data-connection="${escaped(parts.task.connection)}" data-task-id="${escaped(parts.task.id)}">
<main><p class="loading" role="status">${escaped(parts.loading)}</p></main>
<script type="module" nonce="${escaped(parts.nonce)}" src="${escaped(parts.script)}"></script>
</body>
</html>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
