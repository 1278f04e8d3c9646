import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CloudConnection } from "../../../src/connections/connection";
import { openConnectionFile } from "../../../src/connections/connection-file";
import {
  type ConnectionList,
  connectionsIn,
  listOf,
  merged,
  withConnection,
  withEnterpriseProject,
  withName,
  withoutConnection,
  withShown,
} from "../../../src/connections/connection-list";
import { Random } from "../../support/random";

const connection = (id: string, name = id): CloudConnection => ({
  ...{ id, kind: "cloud", name, site: "private", region: "r", projectId: "p" },
  ...{ endpoint: "https://drs.example.com", signIn: { kind: "permanentKey" } },
});
const namesIn = (list: ConnectionList) => connectionsIn(list).map(({ name }) => name);

describe("a list of connections", () => {
  const both = withConnection(withConnection({}, connection("a"), 1), connection("b"), 2);

  it("keeps what two windows add to it at once", () => {
    const [one, other] = [connection("c"), connection("d")].map((added) => withConnection(both, added, 3));
    assert.deepEqual(namesIn(merged(one ?? {}, other ?? {})), ["a", "b", "c", "d"]);
  });

  it("keeps a rename and an edit of the same connection, one after the other", () => {
    const renamed = withName(both, "a", "shop", 3);
    assert.deepEqual(namesIn(renamed), ["shop", "b"]);
    const moved = { ...connection("a", "shop"), region: "elsewhere" };
    assert.deepEqual(connectionsIn(withConnection(renamed, moved, 4))[0], moved);
  });

  it("removes what another window only knows from before, and keeps what was changed after it", () => {
    const removed = withoutConnection(both, "a", 3);
    assert.deepEqual(namesIn(merged(both, removed)), ["b"]);
    assert.deepEqual(namesIn(merged(removed, both)), ["b"]);
    assert.deepEqual(namesIn(withName(removed, "a", "shop", 4)), ["b"]);
    assert.deepEqual(namesIn(merged(removed, withConnection(removed, connection("a"), 4))), ["a", "b"]);
  });

  it("remembers the enterprise project that was chosen, in its file too, until all are chosen", async () => {
    const project = { id: "ep", name: "Retail" };
    const chosen = withEnterpriseProject(both, "a", project, 3);
    assert.deepEqual(
      connectionsIn(withName(chosen, "a", "shop", 4)).map((one) => one.enterpriseProject),
      [project, undefined],
    );
    const folder = mkdtempSync(join(tmpdir(), "drs-list-"));
    await openConnectionFile(folder).change(() => chosen);
    const read = await openConnectionFile(folder).read();
    assert.deepEqual(connectionsIn(read)[0]?.enterpriseProject, project);
    rmSync(folder, { recursive: true });
    const all = withEnterpriseProject(chosen, "a", undefined, 4);
    assert.deepEqual(connectionsIn(all), connectionsIn(both));
    assert.equal(withEnterpriseProject(both, "unknown", project, 3), both);
  });

  it("takes the later change also where a clock was set back", () => {
    const renamed = withName(both, "a", "shop", -1_000);
    assert.deepEqual(namesIn(merged(both, renamed)), ["shop", "b"]);
  });

  it("gives two connections of the same name different ones", () => {
    const twice = withConnection(both, connection("c", "a"), 3);
    assert.deepEqual(namesIn(withConnection(twice, connection("d", "a"), 3)), ["a", "b", "a (2)", "a (3)"]);
    assert.deepEqual(namesIn(withName(both, "b", "a", 3)), ["a", "a (2)"]);
    assert.equal(withConnection(both, connection("a"), 9), both);
  });

  it("remembers what a window that starts does not show, and nothing else by it", () => {
    const hidden = withShown(both, ["b"], 3);
    assert.equal(hidden.a?.hidden, true);
    assert.equal(withShown(hidden, ["b", "unknown"], 4), hidden);
    assert.deepEqual(withShown(hidden, ["a", "b"], 4).a?.connection, both.a?.connection);
    assert.equal(withConnection(hidden, connection("a"), 5).a?.hidden, undefined);
  });

  it("is read from what earlier versions kept, until something is changed", () => {
    const former = listOf([connection("a"), connection("b")], ["b"]);
    assert.deepEqual([former.a?.hidden, former.b?.hidden], [true, undefined]);
    assert.equal(merged(both, former), both);
    assert.deepEqual(namesIn(merged(former, withoutConnection(former, "a", 1))), ["b"]);
  });

  it("keeps a connection as it is read back from a file", () => {
    const list = withConnection({}, { ...connection("a"), iamEndpoint: undefined }, 1);
    assert.deepEqual(list, JSON.parse(JSON.stringify(list)));
  });

  it("remembers 200 removals", () => {
    let list: ConnectionList = both;
    for (let number = 0; number < 250; number++) {
      const id = `gone ${number}`;
      list = withoutConnection(withConnection(list, connection(id), number + 10), id, number + 10);
    }
    assert.equal(Object.keys(list).length, 202);
    assert.ok(list["gone 249"] && !list["gone 0"]);
  });

  it("comes out the same in all windows, in whichever order they hear of each other's changes", () => {
    const random = new Random();
    for (let round = 0; round < 200; round++) {
      const windows = Array.from({ length: 3 }, () => {
        let list: ConnectionList = both;
        for (let step = 0; step < 4; step++) {
          const id = random.pick(["a", "b", "c", "d"]);
          const now = 3 + random.below(3);
          list = random.pick([
            () => withConnection(list, connection(id, random.pick(["x", "y"])), now),
            () => withName(list, id, random.pick(["v", "w"]), now),
            () => withoutConnection(list, id, now),
            () => withShown(list, [id], now),
          ])();
        }
        return list;
      });
      const [one = {}, two = {}, three = {}] = windows;
      const all = merged(merged(one, two), three);
      const about = `seed ${random.seed}, round ${round}`;
      assert.deepEqual(merged(three, merged(two, one)), all, about);
      assert.deepEqual(merged(all, merged(one, three)), all, about);
    }
  });
});
