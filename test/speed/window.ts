/** What a user waits for in VS Code itself, and for how long the extension's host stands still meanwhile. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { launchChromium } from "../../scripts/chromium.mjs";
import { makeProfile } from "../../scripts/profile.mjs";
import { localId } from "../../src/connections/connection";
import { BackendProcess, makeDataDir, removeDataDir, until } from "../support/backend-process";
import { planOf, TestTask } from "../support/backend-task";
import { openWorkbench } from "../support/open-workbench";
import type { Workbench } from "../support/workbench";
import { detailsPages } from "./details";
import { LargeBackend } from "./large-backend";
import { failed, LargeService, running } from "./large-service";
import { type Figure, median } from "./measure";
import { posted } from "./vscode";

const some = 500;

export async function window(long: boolean): Promise<readonly Figure[]> {
  const seconds = long ? 60 : 10;
  return [
    ...(await manyTasks(10_000, async (large) => [
      {
        id: "hostBlockDelays",
        what: `longest block of VS Code's extension host in ${seconds} s in which the delays of 10,000 tasks change, ms`,
        ...{ kind: "ms", value: await large.blockWhileDelaysChange(seconds), bound: 50 },
      },
      {
        id: "hostBlockFailures",
        what: `the same while ${some} of them fail and recover`,
        ...{ kind: "ms", value: await large.blockOfFailures(), bound: 50 },
      },
      {
        id: "hostBlockMore",
        what: "the same at *Show 200 more*",
        ...{ kind: "ms", value: await large.blockOfMore(), bound: 50 },
      },
      ...(await detailsPage(large)),
    ])),
    ...(await manyTasks(50_000, async (large) => [
      {
        id: "treePaint",
        what: "tree of 50,000 tasks: from the click on the view's icon to the first rows on the screen, ms",
        ...{ kind: "ms", value: await large.paintOfTree(), bound: 500 },
      },
    ])),
    ...(await statusInTree(long ? 20 : 3)),
    ...(await chartUpdate()),
  ];
}

/** Opens a window on a service with many running tasks, all of which it has read. */
async function manyTasks(
  count: number,
  measure: (large: LargeWindow) => Promise<readonly Figure[]>,
): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "drs-window-"));
  const [dataDir, extension, port] = [join(folder, "data"), join(folder, "probe"), join(folder, "port")];
  mkdirSync(dataDir, { mode: 0o700 });
  mkdirSync(extension);
  copyFileSync(join(__dirname, "probe.js"), join(extension, "probe.js"));
  writeFileSync(
    join(extension, "package.json"),
    JSON.stringify({
      ...{ name: "probe", publisher: "drs-test", version: "1.0.0", engines: { vscode: "^1.100.0" } },
      ...{ main: "./probe.js", activationEvents: ["*"] },
    }),
  );
  const backend = await LargeBackend.start(new LargeService(count), dataDir);
  try {
    const profile = await makeProfile({
      folder: join(folder, "profile"),
      settings: { "drs.localBackend.dataDirectory": dataDir, "workbench.reduceMotion": "on" },
      extensionFolders: [resolve("."), extension],
      language: "en",
    });
    const workbench = await openWorkbench({ profile, env: { DRS_PROBE: port } });
    try {
      await workbench.openView();
      const large = new LargeWindow(workbench, backend.service, port);
      await large.hasReadAll();
      return await measure(large);
    } finally {
      await workbench.close();
    }
  } finally {
    backend.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

class LargeWindow {
  constructor(
    readonly workbench: Workbench,
    private readonly service: LargeService,
    private readonly probe: string,
  ) {}

  async hasReadAll(): Promise<void> {
    const all = `Incremental synchronization  ${this.service.count.toLocaleString("en-US")}`;
    await until(
      "all tasks have been read",
      () => this.workbench.tree(),
      (tree) => tree.includes(all),
    );
  }

  async blockWhileDelaysChange(seconds: number): Promise<number> {
    return await this.#longestBlock(async () => {
      for (let second = 1; second <= seconds; second++) {
        this.service.delay(second);
        await delay(1_000);
      }
    });
  }

  async blockOfFailures(): Promise<number> {
    const indices = Array.from({ length: some }, (_, index) => index * 17);
    return await this.#longestBlock(async () => {
      this.service.set(indices, failed);
      await this.workbench.treeWith(new RegExp(`^Incremental failed  ${some}`, "m"));
      this.service.set(indices, running);
      await this.hasReadAll();
    });
  }

  async blockOfMore(): Promise<number> {
    const { workbench } = this;
    const more = workbench.row("Show 200 more");
    await workbench.focusView();
    while (!(await more.isVisible())) {
      await workbench.page.keyboard.press("PageDown");
    }
    return await this.#longestBlock(async () => {
      await workbench.click(more, async () => !(await more.isVisible()));
    });
  }

  /** The median of some times at which the view is shown again, in milliseconds. */
  async paintOfTree(): Promise<number> {
    const { page } = this.workbench;
    const times: number[] = [];
    for (let time = 0; time < 7; time++) {
      await this.workbench.open(
        page.locator(".activitybar .action-item").first(),
        this.workbench.sideBar.locator(".explorer-viewlet:visible"),
      );
      times.push(
        await page.evaluate<number>(`(async () => {
          const icon = document.querySelector('.activitybar [class*="view-extension-drs"]');
          const begin = performance.now();
          icon.click();
          const isThere = () => [...document.querySelectorAll(".sidebar .monaco-list-row .label-name")]
            .some((row) => row.checkVisibility() && /^orders-/.test(row.textContent));
          while (!isThere()) await new Promise(requestAnimationFrame);
          return performance.now() - begin;
        })()`),
      );
    }
    return median(times);
  }

  /** The longest block during some work, in milliseconds. */
  async #longestBlock(work: () => Promise<void>): Promise<number> {
    await this.#blocked();
    await work();
    return await this.#blocked();
  }

  async #blocked(): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${readFileSync(this.probe, "utf8")}/`);
    return Number(await response.text());
  }
}

/** The time from clicks on rows to the tasks' names on their pages: of the first page, and of later ones. */
async function detailsPage({ workbench }: LargeWindow): Promise<readonly Figure[]> {
  const { page } = workbench;
  const times: number[] = [];
  await workbench.press("Home", async () => true);
  const names = (await workbench.tree()).match(/orders-\d+-to-warehouse-\d+/g) ?? [];
  for (const name of names.slice(0, 6)) {
    const row = workbench.row(name);
    await workbench.sees(row);
    // The first page is loaded, which the browser times. Later tasks are shown in it.
    const open = times.length === 0 ? undefined : await workbench.webviewFrame();
    const shown = open?.evaluate<number>(`(async () => {
      const isShown = () => document.querySelector("h1")?.textContent?.trim() === "${name}";
      while (!isShown()) await new Promise(requestAnimationFrame);
      return Date.now();
    })()`);
    const begin = await page.evaluate<number>("Date.now()");
    await row.click();
    await workbench.sees(workbench.webview().getByRole("heading", { name, exact: true }));
    const frame = await workbench.webviewFrame();
    const painted = await (shown ??
      frame.evaluate<number>(
        `performance.timeOrigin + (performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN)`,
      ));
    times.push(painted - begin);
  }
  return [
    {
      id: "detailsFirstPaint",
      what: "first paint of a details page after the click on its row: the first one, ms",
      ...{ kind: "ms", value: times[0] ?? Number.NaN, bound: 150 },
    },
    {
      id: "detailsPaint",
      what: "the same: later ones, ms",
      ...{ kind: "ms", value: median(times.slice(1)), bound: 150 },
    },
  ];
}

/** From the moment at which the local backend says another status until the tree of a window shows it. */
async function statusInTree(times: number): Promise<readonly Figure[]> {
  const dataDir = makeDataDir();
  const backend = await BackendProcess.startServers(dataDir);
  const taken: number[] = [];
  try {
    const rows = "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 10)";
    const task = await TestTask.started(backend, await planOf(backend, "measured", rows));
    await task.reaches("INCRE_TRANSFER_STARTED");
    const workbench = await openWorkbench({ settings: { "drs.localBackend.dataDirectory": dataDir } });
    try {
      await workbench.openView();
      await workbench.sees(workbench.row("measured"));
      for (let time = 0; time < times; time++) {
        for (const [act, status, label] of [
          [() => task.pause(), "PAUSING", "Paused"],
          [() => task.retry(), "INCRE_TRANSFER_STARTED", "Incremental synchronization"],
        ] as const) {
          const shown = workbench.page.evaluate<number>(`(async () => {
            const isShown = () => [...document.querySelectorAll(".sidebar .monaco-list-row")]
              .some((row) => row.getAttribute("aria-label")?.startsWith("measured, ${label}"));
            while (!isShown()) await new Promise(requestAnimationFrame);
            return Date.now();
          })()`);
          await act();
          while ((await task.status()) !== status) {
            await delay(10);
          }
          const said = Date.now();
          taken.push(Math.max(0, (await shown) - said));
          // Not in step with the readings of the window.
          await delay(500 + Math.random() * 3_000);
        }
      }
    } finally {
      await workbench.close();
    }
  } finally {
    await backend.stop();
    removeDataDir(dataDir);
  }
  return [
    {
      id: "statusInTree",
      what: "from a change of status in the local backend to the tree of a window: 95 of 100, ms",
      ...{
        kind: "ms",
        value: taken.toSorted((a, b) => a - b)[Math.floor(taken.length * 0.95)] ?? 0,
        bound: 1_000,
      },
    },
  ];
}

/** A page in a browser without VS Code, which gets another measured point each time. */
async function chartUpdate(): Promise<readonly Figure[]> {
  const points = 3_600;
  const now = Date.now();
  const values = Array.from({ length: points }, (_, index) => ({
    ...{ at: now - 2_000 * (points - index), delay: 100 + ((index * 7919) % 500) },
    ...{ rows: (index * 104_729) % 1_000, progress: null },
  }));
  const { service, store, all } = detailsPages(1, values);
  await store.refresh();
  all.open({ connection: localId, id: service.id(0) }, false);
  // The page is told at most once in a turn of the loop.
  await delay(100);
  const message = JSON.stringify(posted.last);
  all.dispose();
  store.dispose();
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.addInitScript("window.acquireVsCodeApi = () => ({ postMessage() {}, setState() {} })");
    await page.goto("about:blank");
    const style = readFileSync("dist/webview/details-style.css", "utf8").replaceAll(
      /@font-face\{[^}]*\}/g,
      "",
    );
    await page.setContent(
      `<style>${style}</style><body data-connection="local" data-task-id="1"><main></main></body>`,
    );
    await page.addScriptTag({ type: "module", content: readFileSync("dist/webview/details.js", "utf8") });
    const times = await page.evaluate<readonly number[]>(`(async () => {
      const message = ${message};
      const { charts } = message.view.more;
      const times = [];
      for (let time = 0; time < 40; time++) {
        charts.times.push(charts.times.at(-1) + 2_000);
        for (const chart of charts.charts) chart.values.push(chart.values[time]);
        const data = structuredClone(message);
        await new Promise(requestAnimationFrame);
        const begin = performance.now();
        window.dispatchEvent(new MessageEvent("message", { data }));
        // What is drawn, is drawn in a microtask.
        await Promise.resolve();
        await new Promise((resolve) => queueMicrotask(resolve));
        times.push(performance.now() - begin);
      }
      return document.querySelectorAll("drs-chart canvas").length > 0 ? times.slice(5) : [NaN];
    })()`);
    return [
      {
        id: "chartUpdate",
        what: `one more point for the charts of a details page, which have ${points.toLocaleString("en-US")}: ms of the page`,
        ...{ kind: "ms", value: median(times), bound: 8 },
      },
    ];
  } finally {
    await browser.close();
  }
}
