import type { FrameLocator } from "playwright-core";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { openWorkbench } from "../support/open-workbench";
import type { Workbench } from "../support/workbench";

describe("from the alert to a task that runs", () => {
  const dataDir = makeDataDir();
  let backend: BackendProcess;
  let workbench: Workbench;
  let page: FrameLocator;

  before(async () => {
    backend = await BackendProcess.start(dataDir, ["--demo"]);
    workbench = await openWorkbench({ settings: { "drs.localBackend.dataDirectory": dataDir } });
    await workbench.openView();
    await workbench.treeWith(/^Incremental synchronization /m);
    page = workbench.webview();
  });
  after(async () => {
    await workbench?.close();
    await backend?.stop();
    removeDataDir(dataDir);
  });

  it("says on the page what became of each attempt, and in no notification", async () => {
    await workbench.openDetails("reviews-to-analytics");
    const problem = page.locator(".problem");
    for (const attempt of [1, 2]) {
      await workbench.click(
        page.getByRole("button", { name: "Resume" }),
        problem.getByText(
          new RegExp(`Resume requested at .*failed again at .*same error \\(attempt ${attempt}\\)`),
        ),
      );
    }
    await workbench.screenshot("attempts");
    await workbench.seesNo(workbench.notifications.filter({ hasText: "reviews-to-analytics" }));
  });
});
