import assert from "node:assert/strict";
import {
  type ActionId,
  actionIds,
  actionOfCode,
  actionRow,
  byHelpfulness,
  isForAgents,
  isIrreversible,
} from "../../../src/status/actions";

describe("the action table", () => {
  it("asks before what cannot be undone, and keeps it from agents and links", () => {
    assert.deepEqual(actionIds.filter(isIrreversible), ["reset", "end", "delete"]);
    assert.deepEqual(actionIds.filter(isForAgents), ["start", "pause", "resume"]);
  });

  it("finds each action by the service's code, and none by a code of another action", () => {
    const codes: Record<string, ActionId> = {
      START: "start",
      PAUSE: "pause",
      RETRY: "resume",
      RESET: "reset",
      FREE_RESOURCE: "end",
      DELETE: "delete",
    };
    for (const [code, id] of Object.entries(codes)) {
      assert.equal(actionOfCode(code), id);
      assert.equal(actionRow(id).apiCode, code);
    }
    assert.equal(actionOfCode("MODIFY_OBJECT"), undefined);
  });

  it("sorts what makes a stopped task continue to the front, and otherwise keeps the menu's order", () => {
    assert.deepEqual([...actionIds].reverse().sort(byHelpfulness), [
      "start",
      "resume",
      "pause",
      "reset",
      "end",
      "delete",
    ]);
  });
});
