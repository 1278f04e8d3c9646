// What the VSIX has of the repository, and how its pages lead to the rest of it.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** @typedef {{ readonly url: string, readonly commit: string }} Repository `url`: its address on GitHub */

/**
 * The files and folders that are shipped: those that `.vscodeignore` does not ignore.
 *
 * @param {string} root
 */
export function shippedParts(root) {
  const lines = readFileSync(join(root, ".vscodeignore"), "utf8").split("\n");
  return lines.filter((line) => line.startsWith("!")).map((line) => line.slice(1).replace(/\/\*\*$/, ""));
}

/**
 * Where the commit that is packaged can be read: known in a GitHub workflow, which builds what is released.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Repository | undefined}
 */
export function repositoryOf({ GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_SHA }) {
  return GITHUB_SERVER_URL && GITHUB_REPOSITORY && GITHUB_SHA
    ? { url: `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`, commit: GITHUB_SHA }
    : undefined;
}

/**
 * A page of the repository as an installed extension shows it, where paths lead nowhere: they become addresses. Where
 * the repository's is not known, links become their text, and pictures are left out.
 *
 * @param {string} markdown
 * @param {Repository | undefined} repository
 */
export function shippedPage(markdown, repository) {
  if (repository === undefined) {
    return markdown
      .replaceAll(/<picture>[\s\S]*?<\/picture>\n\n?/g, "")
      .replaceAll(/\[([^\]]+)\]\((?!https?:|#)[^)]+\)/g, "$1");
  }
  const { url, commit } = repository;
  return markdown
    .replaceAll(/(\]\()(?!https?:|#)/g, `$1${url}/blob/${commit}/`)
    .replaceAll(/(\b(?:src|srcset)=")(?!https?:)/g, `$1${url}/raw/${commit}/`);
}
