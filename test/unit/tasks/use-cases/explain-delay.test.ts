import assert from "node:assert/strict";
import { noticeText } from "../../../../src/alerts/texts";
import type { TablesCaller } from "../../../../src/drs/client";
import { delayText } from "../../../../src/tasks/use-cases/delay-text";
import { explainDelay } from "../../../../src/tasks/use-cases/explain-delay";
import { english, task } from "../../details/facts";

const { signal } = new AbortController();

/** A service that answers v5's monitor data and increment components. */
function serviceWith(monitor: object, components: readonly object[]): TablesCaller {
  return {
    call: async () => {
      throw new Error("v3 is not asked");
    },
    callIn: async (_, name) =>
      (name === "showMonitorData" ? monitor : { increment_components_list: components }) as never,
  };
}

describe("why a task is behind", () => {
  it("is read from the service's monitor data and components, with delays in seconds", async () => {
    const client = serviceWith({ used_cpu_percent: "95.5", dst_delay: 70 }, [
      { type: "capture", status: "STARTED", delay: "10" },
      { type: "apply", status: "STARTED", delay: "60" },
    ]);
    const found = await explainDelay({ client }, "id", signal);
    assert.deepEqual(found?.cause, { id: "instanceBusy", percent: 95.5 });
    assert.deepEqual([found.stages.arriving, found.stages.applying], [10_000, 50_000]);
  });

  it("names the component that is stopped, and knows no cause where the service says of none", async () => {
    const cause = async (apply: object) =>
      (
        await explainDelay(
          { client: serviceWith({ dst_delay: 60 }, [{ type: "apply", ...apply }]) },
          "id",
          signal,
        )
      )?.cause?.id;
    assert.equal(await cause({ status: "STOPPED", delay: "60" }), "applyStopped");
    assert.equal(await cause({ status: "STARTED", delay: "60" }), undefined);
    assert.equal(await cause({ status: "STARTED", delay: "-1" }), undefined);
  });

  it("is reported in the alert of a delay, which says what is usual where nothing is known", async () => {
    const late = task({ status: "incremental", delayMs: 600_000 });
    const delay = async () => ({ flows: false, evidence: { unindexed: [] } });
    const session = { client: serviceWith({}, []), local: { delay } };
    const why = await delayText(session, late, english);
    assert.match(why ?? "", /^Nothing reads the source's log for this task/);
    const notice = { level: "warning", condition: "delayed", task: late } as const;
    assert.match(
      noticeText(notice, undefined, english, why),
      /is behind: its delay is 10 min\. Nothing reads/,
    );
    assert.match(noticeText(notice, undefined, english), /Likely cause: a long transaction/);
  });

  it("is asked of tasks that are behind only, and never fails", async () => {
    const failing = {
      client: serviceWith({}, []),
      local: {
        delay: async () => {
          throw new Error("away");
        },
      },
    };
    const late = task({ status: "incremental", delayMs: 600_000 });
    assert.equal(await delayText(failing, late, english), undefined);
    assert.equal(await delayText(failing, { ...late, delayMs: 200 }, english), undefined);
    assert.equal(await delayText(failing, { ...late, status: "paused" }, english), undefined);
    assert.equal(await delayText(undefined, late, english), undefined);
  });
});
