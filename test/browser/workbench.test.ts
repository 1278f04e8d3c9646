import assert from "node:assert/strict";
import { openWorkbench, type Theme, type Workbench } from "../support/workbench";

const looks = [
  { theme: "dark", language: "en", paused: "Paused" },
  { theme: "light", language: "zh-cn", paused: "已暂停" },
] as const satisfies readonly { theme: Theme; language: "en" | "zh-cn"; paused: string }[];

for (const { theme, language, paused } of looks) {
  describe(`the DRS view (${theme}, ${language})`, () => {
    let workbench: Workbench | undefined;

    afterEach(async () => {
      await workbench?.close();
    });

    it("shows the tasks of the local backend that runs in the data directory", async () => {
      workbench = await openWorkbench({ theme, language });
      await workbench.openView();
      const tree = await workbench.treeWith(new RegExp(`^${paused}`, "m"));
      assert.ok(tree.split("\n").length > 8, tree);
      await workbench.screenshot(`view-${theme}-${language}`);
    });
  });
}
