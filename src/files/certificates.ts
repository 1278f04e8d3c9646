/** The CA certificates that a task file names: as text, or as a file in its own folder or below. */
import { lstat, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { certificatesIn, longestPem } from "../drs/certificates";
import type { Localizer } from "../l10n/localizer";
import { isCertificateText, type TaskFile } from "./model";
import type { Certificates } from "./plan";

/**
 * The certificates of both ends.
 *
 * A file may come from others: a path leads to a regular file below the task file's folder, never through a link, so
 * that reading it reaches no other place, such as another machine's share.
 *
 * @param path of the task file; undefined while it is not on this machine's disk.
 * @throws Error in the user's words, when there is no such file or no certificate in it.
 */
export async function certificatesOf(
  { source, target }: TaskFile,
  path: string | undefined,
  l10n: Localizer,
): Promise<Certificates> {
  const read = async (ca: string | undefined) =>
    ca === undefined ? undefined : await certificates(ca, path, l10n);
  return { source: await read(source.ca), target: await read(target.ca) };
}

async function certificates(ca: string, path: string | undefined, { t }: Localizer): Promise<string> {
  const text = isCertificateText(ca) ? ca : await textOf(ca, path, t);
  const found = certificatesIn(text);
  if (found === undefined) {
    const name = isCertificateText(ca) ? "ca" : ca;
    throw new Error(t("{0} is not a CA certificate: PEM text of at most 64 KB is needed.", name));
  }
  return found;
}

async function textOf(ca: string, path: string | undefined, t: Localizer["t"]): Promise<string> {
  if (path === undefined) {
    throw new Error(t("Save the task file to the disk first: {0} is looked for in its folder.", ca));
  }
  try {
    let place = dirname(path);
    const names = ca.split("/");
    for (const [index, name] of names.entries()) {
      place = join(place, name);
      const facts = await lstat(place);
      const fits =
        index < names.length - 1 ? facts.isDirectory() : facts.isFile() && facts.size <= longestPem;
      if (!fits) {
        throw new Error("neither a folder nor a small regular file");
      }
    }
    return await readFile(place, "utf8");
  } catch (error) {
    throw new Error(
      t(
        "The CA file {0} cannot be read: it must be a file of at most 64 KB beside the task file or below.",
        ca,
      ),
      { cause: error },
    );
  }
}
