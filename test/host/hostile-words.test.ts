import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as vscode from "vscode";
import { commandIds } from "../../src/commands/ids";
import type { CloudConnection } from "../../src/connections/connection";
import { Connections } from "../../src/connections/connections";
import { activate } from "../../src/extension";
import { extensionId } from "../../src/links/link";
import { bound } from "../support/bounds";
import { HostileService, hostile } from "../support/hostile-service";
import { RecordedPlaces } from "../support/recorded-places";
import { StorageContext } from "../support/storage";
import { waitFor } from "../support/wait";

describe("words of services, databases and files, in every command, dialog and message", () => {
  const secretKey = "secret-of-the-backend";
  const folder = mkdtempSync(join(tmpdir(), "drs-hostile-"));
  const storage = new StorageContext();
  const subscriptions: vscode.Disposable[] = [];
  /** The process that a command may end. */
  const process = spawn(globalThis.process.execPath, ["-e", "setInterval(() => undefined, 1000)"], {
    env: { ELECTRON_RUN_AS_NODE: "1" },
  });
  let service: HostileService;
  let places: RecordedPlaces;
  let cloud: CloudConnection;

  const run = async (id: string, ...args: unknown[]) => {
    const handler = places.handlers.get(id);
    assert.ok(handler, `${id} is not registered`);
    const limit = bound(10_000);
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(new Error(`${id} did not end: ${JSON.stringify(args)}`)), limit).unref();
    });
    await Promise.race([handler(...args), late]);
  };
  const write = (name: string, value: unknown) => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify(value, undefined, 2), { mode: 0o600 });
    return vscode.Uri.file(file);
  };

  before(async () => {
    // Its own activation would register commands and places once more.
    await vscode.extensions.getExtension(extensionId)?.activate();
    // So would its editor of task files, which it starts with the first one: before VS Code's places are replaced.
    await vscode.workspace.openTextDocument(vscode.Uri.parse("untitled:first.drs-task.json"));
    await waitFor(
      async () =>
        await vscode.commands.executeCommand<vscode.CodeLens[]>(
          "vscode.executeCodeLensProvider",
          vscode.Uri.parse("untitled:first.drs-task.json"),
        ),
      ({ length }) => length > 0,
    );
    service = new HostileService({ secretKey, pid: process.pid ?? 0 });
    await service.listen();
    const { endpoint } = service;
    const backend = { endpoint, project_id: "p", access_key: "AK", secret_key: secretKey, pid: process.pid };
    write("backend.json", backend);
    process.on("exit", () => rmSync(join(folder, "backend.json"), { force: true }));
    // Every command within a minute: the service's own limit is what they may use.
    const requests = { "cloud.requestBudget": 200 };
    places = new RecordedPlaces({
      ...{ "localBackend.dataDirectory": folder, "alerts.delayDuration": 0 },
      ...requests,
    });
    cloud = {
      ...{ id: "cloud", kind: "cloud", name: hostile, site: "private", region: hostile, projectId: "p" },
      ...{ endpoint, signIn: { kind: "permanentKey" } },
    };
    const before = new Connections(storage, { warn: (text: string) => assert.fail(text) });
    await before.save(cloud, { accessKey: "AK", secretKey: "SK" });
    activate({
      ...{ subscriptions, secrets: storage.secrets, globalState: storage.globalState },
      ...{ workspaceState: new StorageContext().globalState, globalStorageUri: storage.globalStorageUri },
      extensionUri: vscode.Uri.file("/nowhere"),
      asAbsolutePath: (path: string) => join("/nowhere", path),
      // Of VS Code's context, the extension uses these parts only.
    } as unknown as vscode.ExtensionContext);
    await run("drs.startLocalBackend");
    await waitFor(
      async () => {
        await places.drawTree();
        return [...places.reached];
      },
      (reached) => reached.includes("hover of a row") && reached.includes("row for a screen reader"),
    );
  });
  after(async () => {
    for (const subscription of subscriptions) {
      subscription.dispose();
    }
    places.restore();
    for (const document of vscode.workspace.textDocuments.filter(({ isUntitled }) => isUntitled)) {
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
    }
    service.close();
    process.kill();
    storage.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const nothingRaw = () => assert.deepEqual([...places.faults].slice(0, 5), []);
  /** Every task of the local backend; of the cloud, which may not be asked often, one. */
  const tasks = () => [
    ...[...service.statuses.keys()].map((id) => ({ kind: "task", connection: "local", id })),
    { kind: "task", connection: "cloud", id: "task-0" },
  ];

  it("draw nothing raw in the tree, by whatever it is grouped", async () => {
    for (const group of ["status", "engine", "tag", "connection", "none"]) {
      await storage.globalState.update("unused", group);
      await run("drs.groupTasks");
      await places.drawTree();
    }
    nothingRaw();
  });

  it("draw nothing raw when actions are asked about, refused and reported, for one task and for several", async () => {
    const actions = commandIds.filter((id) =>
      /^drs\.(start|pause|resume|reset|end|delete)\w*Tasks?$/.test(id),
    );
    assert.ok(actions.length >= 6, actions.join());
    for (const id of actions) {
      for (const task of tasks()) {
        await run(id, task, [task]);
      }
      const [first] = tasks();
      await run(id, first, tasks());
    }
    nothingRaw();
  });

  it("draw nothing raw in any other command, with and without a task", async () => {
    const last = ["drs.removeConnection", "drs.disconnect", "drs.stopLocalBackend"];
    const others = commandIds.filter(
      (id) => !last.includes(id) && !/^drs\.(connectCloud|editConnection|enterSecret)$/.test(id),
    );
    for (const id of others) {
      await run(id, undefined);
      const some = tasks().filter(({ id }) => /^task-.?0$/.test(id));
      for (const task of [...some, { kind: "task", connection: "local", id: "nobody" }]) {
        await run(id, task);
      }
    }
    nothingRaw();
  });

  it("draw nothing raw on the details page, in each of its parts", async () => {
    for (const { receive } of places.pages) {
      receive({ type: "ready" });
      for (const part of ["timeline", "tables", "precheck", "compare", "dirty", "log"]) {
        receive({ type: "open", part, open: true });
      }
    }
    await run("drs.refresh", { connection: "local" });
    await waitFor(
      () => [...places.reached],
      (reached) => reached.includes("page"),
    );
    nothingRaw();
  });

  it("draw nothing raw while a connection is added, edited and refused", async () => {
    const typed = (accessKey: string) => (prompt: string) => {
      const answers: readonly (readonly [RegExp, string])[] = [
        [/DRS endpoint/, service.endpoint],
        [/identity service/, ""],
        [/AK/, accessKey],
        [/Name of the connection/, `other ${hostile}`],
      ];
      return [answers.find(([pattern]) => pattern.test(prompt))?.[1] ?? "p"];
    };
    for (const accessKey of ["REFUSED", "AK"]) {
      places.answersTo = typed(accessKey);
      await run("drs.connectCloud");
      await run("drs.editConnection", { connection: "cloud" });
      await run("drs.enterSecret", { connection: "cloud" });
    }
    places.answersTo = (_, placeholder) => ["wrong", placeholder];
    nothingRaw();
    assert.ok(service.refused > 0, "no connection was tried");
  });

  it("draw nothing raw for a task file, and for the task that is made of it", async () => {
    const end = { host: hostile, port: 1, database: hostile.slice(0, 60), user: hostile.slice(0, 60) };
    const file = {
      ...{ name: "orders", type: "full+incremental", subnet: hostile, source: end, target: end },
      objects: { tables: [`public.${hostile.slice(0, 40).replaceAll(".", "")}`] },
    };
    const good = write("orders.drs-task.json", file);
    const bad = write("bad.drs-task.json", {
      ...file,
      [hostile]: 1,
      name: hostile,
      source: { ...end, port: hostile },
    });
    const twice = { objects: { tables: [...file.objects.tables, ...file.objects.tables] } };
    for (const uri of [good, bad, write("twice.drs-task.json", { ...file, ...twice })]) {
      const document = await vscode.workspace.openTextDocument(uri);
      await run("drs.validateTaskFile", uri);
      const lenses = await places.lenses?.provideCodeLenses(
        document,
        new vscode.CancellationTokenSource().token,
      );
      for (const { command } of lenses ?? []) {
        places.draw("lens", command?.title, { icons: true });
      }
      await run("drs.createTaskFromFile", uri);
      await run("drs.createAndStartTaskFromFile", uri);
      await run("drs.applyTaskFile", uri);
    }
    nothingRaw();
  });

  it("draw nothing raw for links and agents", async () => {
    for (const id of ["task-0", "nobody"]) {
      for (const action of ["", "&action=start", "&action=pause"]) {
        const query = `id=${id}&local=true${action}`;
        await places.links?.handleUri(
          vscode.Uri.from({ scheme: "vscode", authority: "a.b", path: "/task", query }),
        );
      }
    }
    const token = new vscode.CancellationTokenSource().token;
    for (const tool of places.tools.values()) {
      for (const task of ["task-0", `task-0 ${hostile}`, hostile]) {
        const prepared = await tool.prepareInvocation?.({ input: { task } }, token);
        const { title, message } = prepared?.confirmationMessages ?? {};
        places.draw("agent's question", title, { links: true, icons: true });
        places.draw("agent's question", message instanceof vscode.MarkdownString ? message.value : message, {
          ...{ lines: true, markdown: true },
        });
      }
    }
    nothingRaw();
  });

  it("draw nothing raw in notifications, the status bar and its hover", async () => {
    for (const status of ["INCRE_TRANSFER_STARTED", "INCRE_TRANSFER_FAILED", "FULL_TRANSFER_FAILED"]) {
      for (const id of service.statuses.keys()) {
        service.statuses.set(id, status);
      }
      await run("drs.refresh", { connection: "local" });
      await places.drawTree();
    }
    await waitFor(
      () => [...places.reached],
      (reached) => reached.includes("error message") && reached.includes("hover of the status bar"),
    );
    nothingRaw();
  });

  it("draw nothing raw when connections are removed", async () => {
    await run("drs.disconnect", { connection: "cloud" });
    await run("drs.removeConnection", { connection: "cloud" });
    await run("drs.removeConnection", undefined);
    await run("drs.stopLocalBackend", undefined);
    nothingRaw();
  });

  it("reached every kind of place", () => {
    const expected = [
      ...[
        "row",
        "row's description",
        "row's tooltip",
        "row for a screen reader",
        "hover of a row",
        "view's text",
      ],
      ...[
        "error message",
        "warning message",
        "information message",
        "detail of a dialog",
        "progress title",
        "progress",
      ],
      ...[
        "quick pick",
        "item",
        "item's description",
        "item's detail",
        "input",
        "input's prompt",
        "input's objection",
      ],
      ...["title of a tab", "page", "hover of the status bar", "diagnostic", "agent's question", "log"],
    ];
    assert.deepEqual(
      expected.filter((place) => !places.reached.has(place)),
      [],
    );
  });
});
