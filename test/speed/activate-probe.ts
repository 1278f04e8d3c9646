/** Activates the built extension in a process of its own, as VS Code does in a new profile, and prints what that took. */
import fs from "node:fs";
import Module from "node:module";
import net from "node:net";
import { join } from "node:path";
import * as stub from "./vscode";

const dist = join(process.cwd(), "dist");
let [files, connections] = [0, 0];

/** VS Code as far as activation asks for it: everything else may be called and does nothing. */
const anything: unknown = new Proxy(() => undefined, {
  get: (_, key) => (key === "then" || key === Symbol.toPrimitive ? undefined : anything),
  apply: () => anything,
  construct: () => ({ dispose: () => undefined }),
});
const vscode = {
  ...Object.fromEntries(
    Object.entries(stub).map(([name, own]) => [
      name,
      typeof own === "object"
        ? new Proxy(own, { get: (inner, key) => Reflect.get(inner, key) ?? anything })
        : own,
    ]),
  ),
  ...{ lm: anything, languages: anything, ProgressLocation: {} },
};

const load: unknown = Reflect.get(Module, "_load");
Reflect.set(Module, "_load", (request: string, parent: unknown, isMain: boolean) => {
  if (request === "vscode") {
    return vscode;
  }
  return typeof load === "function" ? load.call(Module, request, parent, isMain) : undefined;
});
const extensionFile = join(dist, "extension.js");

/** Counts what the code itself asks of files, not what Node reads to load it. */
function watchFiles(): void {
  for (const place of [fs, fs.promises]) {
    for (const name of [
      "readFile",
      "readdir",
      "mkdir",
      "stat",
      "access",
      "open",
      "writeFile",
      "watch",
      "readFileSync",
    ]) {
      const own: unknown = Reflect.get(place, name);
      if (typeof own === "function") {
        Reflect.set(place, name, (...args: unknown[]) => {
          const path = String(args[0]);
          if (!path.startsWith(dist)) {
            files++;
          }
          return own.apply(place, args);
        });
      }
    }
  }
  const connect = net.Socket.prototype.connect;
  Reflect.set(net.Socket.prototype, "connect", function (this: net.Socket, ...args: unknown[]) {
    connections++;
    return Reflect.apply(connect, this, args);
  });
}

watchFiles();
const storage = new Map<string, unknown>();
const memento = {
  keys: () => [],
  get: (key: string, usual?: unknown) => storage.get(key) ?? usual,
  update: async (key: string, value: unknown) => void storage.set(key, value),
};
const context = {
  subscriptions: [],
  globalState: memento,
  workspaceState: memento,
  secrets: { get: async () => undefined, onDidChange: () => ({ dispose: () => undefined }) },
  globalStorageUri: stub.Uri.file(join(process.cwd(), "out", "speed", "storage")),
  extensionUri: stub.Uri.file(process.cwd()),
  asAbsolutePath: (path: string) => path,
};
const { activate }: { activate(context: unknown): void } = require(extensionFile);
files = 0;
const begin = process.cpuUsage();
activate(context);
const { user, system } = process.cpuUsage(begin);
const touched = files;
const modules = Object.keys(require.cache).filter((path) => path.startsWith(dist)).length;
console.log(JSON.stringify({ cpuMs: (user + system) / 1000, modules, files: touched, connections }));
process.exit(0);
