// npm run test:clients: the service's official clients, unchanged, against the local backend. Needs Python 3 with venv and
// pip and a way to PyPI, and Go 1.22 and a way to the Go module proxy; what is missing is said, and nothing is tested then.
// The Terraform provider is tested where OpenTofu or Terraform is on the path, or is named by DRS_TERRAFORM. They get the
// provider from their registry; DRS_TERRAFORM_PROVIDER names a folder with one that was built from its source.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sdk = "huaweicloudsdkdrs==3.1.219";
/** Compares rows at both ends. */
const driver = "pg8000==1.31.2";
const environment = join(root, ".cache", "clients-python");
const python = join(environment, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");

if (!existsSync(python)) {
  try {
    execFileSync("python3", ["-m", "venv", environment], { stdio: "inherit" });
    execFileSync(python, ["-m", "pip", "install", "--quiet", sdk, driver], { stdio: "inherit" });
  } catch (error) {
    rmSync(environment, { recursive: true, force: true });
    console.error(`The official clients need Python 3 with venv and pip, and ${sdk} from PyPI: ${error}`);
    process.exit(1);
  }
}

const goClient = join(environment, "go-client");
try {
  const cwd = join(root, "test", "clients", "go");
  execFileSync("go", ["build", "-o", goClient, "."], { stdio: "inherit", cwd });
} catch (error) {
  console.error(`The official clients need Go 1.22 or newer, and its module proxy: ${error}`);
  process.exit(1);
}

const terraform = [process.env.DRS_TERRAFORM ?? [], "tofu", "terraform"].flat().find(isThere);
const terraformClient = join(environment, "terraform.cjs");
await esbuild.build({
  ...{ absWorkingDir: root, entryPoints: ["test/clients/terraform.ts"], outfile: terraformClient },
  ...{ bundle: true, platform: "node", format: "cjs", target: "node20", external: ["pg-native", "esbuild"] },
});

const dataDir = mkdtempSync(join(tmpdir(), "drs-clients-"));
const backend = spawn(
  process.execPath,
  [join(root, "dist", "local-backend.js"), "--demo", "--data-dir", dataDir],
  { stdio: ["ignore", "pipe", "ignore"] },
);
const ended = once(backend, "close");
try {
  const [ready] = await Promise.race([
    once(createInterface({ input: backend.stdout }), "line"),
    ended.then(() => {
      throw new Error("the backend ended before it was ready (npm run build makes it)");
    }),
  ]);
  const env = {
    ...process.env,
    DRS_READY: ready,
    DRS_DATA: dataDir,
    DRS_MODELS: join(root, "test", "support", "drs-models.json"),
    ...(terraform === undefined ? {} : { DRS_TERRAFORM: terraform }),
  };
  for (const { command, args } of [
    { command: python, args: [join(root, "test", "clients", "python_sdk.py")] },
    { command: goClient, args: [] },
    ...(terraform === undefined ? [] : [{ command: process.execPath, args: [terraformClient] }]),
  ]) {
    const [code] = await once(spawn(command, args, { stdio: "inherit", env }), "close");
    process.exitCode ||= code ?? 1;
  }
  if (terraform === undefined) {
    console.log("The Terraform provider was not tested: neither tofu nor terraform is on the path.");
  }
} finally {
  backend.kill("SIGTERM");
  await ended;
  rmSync(dataDir, { recursive: true, force: true });
}

/** @param {string} program */
function isThere(program) {
  try {
    execFileSync(program, ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
