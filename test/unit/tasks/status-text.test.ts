import assert from "node:assert/strict";
import { localizerFor } from "../../../src/l10n/localizer";
import { freezeRow } from "../../../src/status/freezes";
import { rowOf } from "../../../src/status/statuses";
import { errorText, meaningOf, statusName, unfreezing } from "../../../src/tasks/status-text";
import { fill } from "../../support/texts";

const english = localizerFor("en", fill);

describe("the name and meaning of a task's status", () => {
  it("is the table's name, with the service's own word where the table does not know it", () => {
    assert.equal(statusName({ status: "paused", apiStatus: "PAUSING" }, english), "Paused");
    const unknown = statusName({ status: "unknown", apiStatus: "STANDBY" }, english);
    assert.equal(unknown, `${rowOf("unknown").name.en}: STANDBY`);
  });

  it("is the table's meaning, and of a freeze what it is for", () => {
    assert.equal(meaningOf({ status: "paused" }, english), rowOf("paused").meaning.en);
    const police = { id: "police", word: "FROZEN_POLICE" } as const;
    assert.equal(
      meaningOf({ status: "paused", freeze: police }, english),
      rowOf("paused").meaning.en,
      "it is over",
    );
    assert.equal(meaningOf({ status: "frozen", freeze: police }, english), freezeRow("police").meaning.en);
    assert.equal(meaningOf({ status: "frozen" }, english), freezeRow("arrears").meaning.en);
  });

  it("of a freeze names the service's word only where it says more", () => {
    for (const id of ["other", "refused"] as const) {
      const { en } = freezeRow(id).meaning;
      assert.equal(
        meaningOf({ status: "frozen", freeze: { id, word: "FROZEN_NEW" } }, english),
        `${en} (FROZEN_NEW)`,
      );
      assert.equal(meaningOf({ status: "frozen", freeze: { id } }, english), en);
      const long = meaningOf({ status: "frozen", freeze: { id, word: "x".repeat(500) } }, english);
      assert.ok(long.length < en.length + 220, String(long.length));
    }
  });

  it("says what helps a frozen task", () => {
    assert.equal(unfreezing({ freeze: { id: "police" } }, english), freezeRow("police").remedy.en);
    assert.equal(unfreezing({}, english), freezeRow("arrears").remedy.en);
  });
});

describe("the error of a task", () => {
  it("is code and message as far as the service gives them", () => {
    assert.equal(errorText({ error: { code: "23505", message: "duplicate key" } }), "23505: duplicate key");
    assert.equal(errorText({ error: { code: "23505" } }), "23505");
    assert.equal(errorText({ error: { message: "duplicate key", code: "" } }), "duplicate key");
    assert.equal(errorText({ error: {} }), undefined);
    assert.equal(errorText({}), undefined);
  });
});
