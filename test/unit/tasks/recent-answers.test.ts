import assert from "node:assert/strict";
import { RecentAnswers } from "../../../src/tasks/recent-answers";
import { delayText } from "../../../src/tasks/use-cases/delay-text";
import { statusSince } from "../../../src/tasks/use-cases/status-since";
import { english, task } from "../details/facts";

describe("what hovers ask about tasks", () => {
  const minute = 60_000;
  /** A service that answers with nothing, and what it was asked. */
  const counting = () => {
    const asked: string[] = [];
    const callIn = (_: unknown, name: string, { job_id }: { readonly job_id?: string }) => {
      asked.push(`${name} ${job_id}`);
      return Promise.resolve({} as never);
    };
    const call = () => Promise.reject(new Error("v3 is not asked"));
    return { asked, session: { client: { call, callIn } } };
  };

  it("is asked once a minute why a cloud task is behind, however often its row is pointed at and its delay changes", async () => {
    const { asked, session } = counting();
    const answers = new RecentAnswers<unknown>();
    for (const [id, delayMs] of [
      ["1", 60_000],
      ["1", 61_000],
      ["1", 62_000],
      ["2", 60_000],
    ] as const) {
      const late = task({ id, status: "incremental", delayMs });
      await answers.of(session, late, minute, () => delayText(session, late, english));
    }
    const both = (id: string) => [`showMonitorData ${id}`, `showIncrementComponents ${id}`];
    assert.deepEqual(asked, [...both("1"), ...both("2")]);
  });

  it("is asked once a minute since when a task has failed, and again for another status and another service", async () => {
    const [one, other] = [counting(), counting()];
    const answers = new RecentAnswers<unknown>();
    for (const { session } of [one, other]) {
      for (const status of ["frozen", "frozen", "incrementalFailed", "incrementalFailed"] as const) {
        await answers.of(session, { id: "1", status }, minute, () =>
          statusSince(session, { id: "1", status }),
        );
      }
    }
    const timeline = ["showTimeline 1", "showTimeline 1"];
    assert.deepEqual([one.asked, other.asked], [timeline, timeline]);
  });

  it("is asked again when the answer is old", async () => {
    const answers = new RecentAnswers<number>();
    const session = {};
    let asked = 0;
    const ask = () => answers.of(session, { id: "1", status: "frozen" }, 0, async () => ++asked);
    assert.deepEqual([await ask(), await ask()], [1, 2]);
  });
});
