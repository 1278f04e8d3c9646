// Desktop VS Code, as installed by the user.
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { startProgram } from "./programs.mjs";

const windows = process.platform === "win32";
/** How long VS Code may take to close its window, in milliseconds. */
const closeLimit = 5_000;

/** The `code` command on PATH, when it opens a window on this machine's screen. */
export function desktopCommand() {
  if (process.platform === "linux" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    return undefined;
  }
  return (
    (process.env.PATH ?? "")
      .split(delimiter)
      .map((folder) => join(folder, windows ? "code.cmd" : "code"))
      // In a remote terminal and in WSL, `code` asks a VS Code on another machine, where our profile does not exist.
      .find((file) => existsSync(file) && !file.includes("remote-cli") && !file.startsWith("/mnt/"))
  );
}

/**
 * Opens a window with the profile; the returned program ends when it is closed.
 *
 * @param {string} command
 * @param {import("./profile.mjs").Profile} profile
 * @returns {import("./programs.mjs").Program}
 */
export function openDesktop(command, profile) {
  const args = [
    "--user-data-dir",
    profile.userData,
    "--extensions-dir",
    profile.extensions,
    "--new-window",
    "--wait",
  ];
  if (process.getuid?.() === 0) {
    args.push("--no-sandbox");
  }
  const program = windows
    ? startProgram(
        `"${command}"`,
        args.map((arg) => `"${arg}"`),
        { shell: true },
      )
    : startProgram(command, args);
  console.log("VS Code with DRS Sync Tasks opens in its own window.");
  return {
    ...program,
    stop: async () => {
      if (closeWindow(profile)) {
        await Promise.race([program.ended, setTimeout(closeLimit, undefined, { ref: false })]);
      }
      await program.stop();
    },
  };
}

/**
 * Ends the VS Code that runs in the profile. `code` itself only waits for it and does not pass signals on.
 *
 * @param {import("./profile.mjs").Profile} profile
 * @returns {boolean} whether there was one
 */
function closeWindow(profile) {
  try {
    return process.kill(Number(readFileSync(join(profile.userData, "code.lock"), "utf8")), "SIGTERM");
  } catch {
    return false;
  }
}
