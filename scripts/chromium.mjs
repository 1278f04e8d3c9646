// The browser that shows VS Code's server build in tests.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Failure, step } from "./main.mjs";
import { runProgram } from "./programs.mjs";

/** The shell is Chromium without an interface of its own: a window in it takes a tenth less of the processor. */
const shell = "chromium-headless-shell";
const names = [shell, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const elsewhere = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];
const debianPackages = [shell, "fonts-noto-cjk"];
const installLimit = 300_000;

/** Needed for a browser that runs as root, without a screen and without the internet. */
const launchArgs = [
  "--no-sandbox",
  "--disable-gpu",
  // Without it, each load of a window sets up a graphics processor in software, which takes seconds on a slow machine.
  "--disable-software-rasterizer",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @returns {string | undefined} the path of an installed Chromium or Chrome */
export function findChromium() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return [...folders.flatMap((folder) => names.map((name) => join(folder, name))), ...elsewhere].find(
    existsSync,
  );
}

/**
 * Installs Chromium where that is possible without asking: for root on Debian and its relatives.
 *
 * @param {AbortSignal} signal
 */
export async function requireChromium(signal) {
  if (findChromium() !== undefined) {
    return;
  }
  const command = `apt-get install -y ${debianPackages.join(" ")}`;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    throw new Failure(
      `The tests need Chromium or Google Chrome on PATH. Install one (Debian: sudo ${command}), then run this again.`,
    );
  }
  await step("Installing Chromium", async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    for (const args of [["update"], ["install", "-y", ...debianPackages]]) {
      const { code, how, output } = await runProgram("apt-get", args, { env, signal, limit: installLimit });
      if (code !== 0) {
        throw new Failure(`${output}\napt-get ${args[0]} ${how}. Install Chromium yourself: ${command}`);
      }
    }
  });
}

/** Starts Chromium without a window. The caller closes it; it also ends with this process. */
export async function launchChromium() {
  const { chromium } = await import("playwright-core");
  const executablePath = findChromium();
  if (executablePath === undefined) {
    throw new Failure("No Chromium or Google Chrome is on PATH.");
  }
  return chromium.launch({
    executablePath,
    args: launchArgs,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
