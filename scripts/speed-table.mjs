/** @typedef {Omit<import("../test/speed/measure").Figure, "bound"> & { readonly bound: number | null }} Figure */

const mark = "<!-- figures -->";

/**
 * The page with the table of these figures between its marks.
 *
 * @param {string} page
 * @param {readonly Figure[]} figures
 */
export function speedPage(page, figures) {
  const [before, , after] = page.split(mark);
  const rows = figures.map(
    ({ what, kind, bound, value }) =>
      `| ${what} | ${bound === null ? "" : `≤ ${text(kind, bound)}`} | ${text(kind, value)} |`,
  );
  const table = ["| What | Bound | Measured |", "| --- | --- | --- |", ...rows].join("\n");
  return [before, `\n${table}\n`, after].join(mark);
}

/**
 * @param {Figure["kind"]} kind
 * @param {number} value
 */
function text(kind, value) {
  if (kind === "bytes" || kind === "count") {
    return Math.round(value).toLocaleString("en-US");
  }
  return value.toFixed(value < 10 ? 2 : 0);
}
