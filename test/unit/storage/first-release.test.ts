import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openAlertRecords } from "../../../src/alerts/alert-records";
import { openMuteState } from "../../../src/alerts/mute-state";
import { openConnectionFile } from "../../../src/connections/connection-file";
import { connectionsIn, listOf } from "../../../src/connections/connection-list";
import { secretIn } from "../../../src/connections/stored-secret";
import { pinOf, pinsIn } from "../../../src/tree/pins";
import { viewOptionsIn } from "../../../src/tree/view-options";

const state = join("test", "releases", "0.1.0-state");
const stored = (name: string) => JSON.parse(readFileSync(join(state, name), "utf8"));

/** The data directory of its backend is in test/backend/upgrade, the whole upgrade in test/package/upgrade. */
describe("what 0.1.0 has stored", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "drs-stored-"));
    cpSync(join(state, "alerts"), folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is read as connections of each kind, of which the hidden ones stay hidden", async () => {
    const { globalState } = stored("connections.json");
    const list = listOf(globalState["drs.connections"], globalState["drs.shown"]);
    assert.deepEqual(
      connectionsIn(list).map(({ id, name }) => `${name}${list[id]?.hidden ? " hidden" : ""}`),
      ["shop", "sts hidden", "user", "env hidden", "Local backend"],
    );
    const file = openConnectionFile(folder);
    await file.change(() => list);
    assert.deepEqual(await file.read(), list);
  });

  it("is read as their secrets", () => {
    const { secrets } = stored("connections.json");
    const key = { accessKey: "AK-of-a-test", secretKey: "SK-of-a-test" };
    assert.deepEqual(
      ["a", "b", "c"].map((id) => secretIn(secrets[`drs.secret.${id}`])),
      [key, { ...key, securityToken: "token" }, { password: "of a test" }],
    );
  });

  it("is read as the view's options, and pins have the form of today", () => {
    const workspace = stored("workspace-state.json");
    assert.equal(viewOptionsIn(workspace["drs.arrangement"]).group, "engine");
    const [pin = ""] = pinsIn(workspace["drs.pinned"]);
    assert.match(pin, /^local\/[\w-]{36}$/);
    assert.equal(pin, pinOf({ connection: "local", id: pin.slice("local/".length) }));
    for (const other of [undefined, { format: 2 }, [7, null]]) {
      assert.deepEqual(pinsIn(other), []);
    }
  });

  it("is read as alerts that were reported, mutes and a snooze, and continued", async () => {
    const records = openAlertRecords(folder);
    assert.deepEqual(await records.read(), stored("alerts/records.2.json"));
    const { file } = openMuteState(folder);
    assert.deepEqual(await file.read(), stored("alerts/quiet.2.json"));
    await records.change(({ local = {} }) => ({ local }));
    await file.change((before) => ({ ...before, snoozedUntil: 0 }));
    assert.deepEqual(readdirSync(folder).sort(), [
      ...["quiet.2.json", "quiet.3.json", "records.2.json", "records.3.json"],
    ]);
  });
});
