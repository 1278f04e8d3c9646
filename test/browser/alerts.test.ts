import assert from "node:assert/strict";
import { statuses } from "../../src/status/statuses";
import { describeAppearance } from "../support/appearance";
import { assertAccessible } from "../support/axe";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { openWorkbench } from "../support/open-workbench";
import type { Theme, Workbench } from "../support/workbench";

/** What is looked for in each language. */
const words = {
  en: {
    frozen:
      /\d+ tasks are frozen: the account's balance is used up\. Top up the account\..*continue by themselves/s,
    recovered: /\d+ tasks recovered\./,
    problems: "Show Problems",
    bar: /— Incremental synchronization failed · duplicate key · since /,
    behind: /⚠ behind \d/,
    group: /1 behind/,
    follow: "Tell Me When…",
    goal: "it synchronizes incrementally",
    following: /following until it synchronizes incrementally/,
    resume: "Resume or Retry Task",
    told: /which you follow: Incremental synchronization\./,
    warning: /Column remark/,
    remedy: /What to do — Top up the account/,
  },
  "zh-cn": {
    frozen: /\d+ 个任务被冻结：账户余额已用尽。.*请为账户充值。.*任务自动继续/s,
    recovered: /\d+ 个任务已恢复。/,
    problems: "显示问题",
    bar: /— 增量同步失败 · 键值重复 · 自 .* 起/,
    behind: /⚠ 时延过大 \d/,
    group: /1 个时延过大/,
    follow: "关注任务…",
    goal: "进入增量同步",
    following: /关注至进入增量同步/,
    resume: "续传或重试任务",
    told: /您关注的同步任务“.*”：增量同步。/,
    warning: /列 remark/,
    remedy: /请为账户充值/,
  },
} as const;

/** The themes in which the demo is looked at; alerts are in the last. */
const looks = [
  { language: "en", themes: ["dark"] },
  { language: "zh-cn", themes: ["high contrast", "light"] },
] as const satisfies readonly { language: keyof typeof words; themes: readonly Theme[] }[];

const failed = "reviews-to-analytics";

for (const { language, themes } of looks) {
  describe(`the demo (${language})`, () => {
    const said = words[language];
    const dataDir = makeDataDir();
    let backend: BackendProcess;
    let workbench: Workbench;

    before(async () => {
      backend = await BackendProcess.start(dataDir, ["--demo"]);
      const settings = { "drs.localBackend.dataDirectory": dataDir };
      workbench = await openWorkbench({ theme: themes[0], language, settings });
      await workbench.openView();
      await workbench.treeWith(/reviews-to-analytics/);
    });
    after(async () => {
      await workbench?.close();
      await backend?.stop();
      removeDataDir(dataDir);
    });

    for (const theme of themes) {
      describeAppearance(theme, language, () => workbench);
    }

    describe("alerts", () => {
      before(() =>
        workbench.changeSettings({ "drs.alerts.delayThreshold": 2_000, "drs.alerts.delayDuration": 0 }),
      );

      const shot = (name: string) => workbench.screenshot(`alerts-${name}-${themes.at(-1)}-${language}`);

      it("the status bar's hover names each task, since when, and leads to it", async () => {
        const item = workbench.statusBarItem("DRS");
        const text = await workbench.hover(item, said.bar);
        await shot("status-bar");
        assert.ok(text.includes(failed), text);
        const link = workbench.hovers.getByRole("link", { name: failed, exact: true });
        const title = workbench.webview().getByRole("heading", { name: failed, exact: true });
        await workbench.click(link, title);
      });

      it("a freeze of many tasks is one notification with cause, remedy and the way to the list", async () => {
        await backend.setBalance("0", 0);
        const notification = workbench.notifications.filter({ hasText: said.frozen });
        await workbench.sees(notification);
        await shot("frozen");
        assert.equal(await notification.count(), 1);
        await workbench.answerNotification(said.frozen, said.problems);
        await workbench.reads(
          () => workbench.selectedRows(),
          (rows) => rows[0] === "customers-to-crm",
        );
        const { zh, en } = statuses.frozen.name;
        await workbench.treeWith(new RegExp(`^${language === "en" ? en : zh} {2}\\d+$`, "m"));
        const hover = await workbench.hover(workbench.row("orders-to-warehouse"), said.remedy);
        await shot("frozen-hover");
        assert.match(hover, /orders-to-warehouse/);
        await workbench.openDetails("orders-to-warehouse");
        await shot("frozen-details");
        await assertAccessible(workbench);
        await backend.setBalance("0", 100);
        await workbench.sees(workbench.notifications.filter({ hasText: said.recovered }));
      });

      it("a task that is behind is yellow, says so, is counted, and stands first in its group", async () => {
        const lock = "BEGIN; LOCK TABLE orders IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(9); COMMIT";
        let isSeen = false;
        const locking = async () => {
          while (!isSeen) {
            await backend.sql("target", "shop_copy", lock);
          }
        };
        const locked = locking();
        const tree = await workbench
          .treeWith(new RegExp(`orders-to-warehouse {2}${said.behind.source}`))
          .finally(() => {
            isSeen = true;
          });
        await shot("behind");
        await locked;
        await workbench.reads(
          () => workbench.tree(),
          (now) => !said.group.test(now),
        );
        const lines = tree.split("\n");
        const group = lines.findIndex((line) => said.group.test(line));
        assert.match(lines[group + 1] ?? "", /orders-to-warehouse/);
      });

      it("a task followed from its menu is reported when it gets there", async () => {
        const follow = () => workbench.choose("products-to-search", said.follow);
        const isFollowed = async () => said.following.test(await workbench.tree());
        await workbench.pickIn(follow, said.goal, isFollowed);
        await shot("following");
        await workbench.choose("products-to-search", said.resume);
        await workbench.sees(workbench.notifications.filter({ hasText: said.told }));
        await shot("followed");
        await workbench.reads(
          () => workbench.tree(),
          (tree) => !said.following.test(tree),
        );
      });

      it("a warning about a stream is on the task's page", async () => {
        await backend.sql("target", "shop_copy", "ALTER TABLE payments ADD COLUMN remark text");
        await backend.sql("source", "shop", "ALTER TABLE payments ADD COLUMN remark text DEFAULT 'none'");
        await workbench.openDetails("payments-to-finance");
        await workbench.sees(workbench.webview().locator(".stream").getByText(said.warning));
        await shot("warning");
        await assertAccessible(workbench);
      });
    });
  });
}
