import assert from "node:assert/strict";
import { spansOf } from "../../../src/files/finding-places";
import { enginesOf, linkObjection } from "../../../src/files/links";
import type { TaskFile } from "../../../src/files/model";
import { supportedLinks } from "../../../src/tasks/use-cases/links";
import { ServiceOfVersions } from "../../support/service-of-versions";

const links = [
  ...["up", "down"].map((job_direction) => ({
    ...{ engine_type: "mysql", job_direction, net_type: "vpn" },
    task_modes: job_direction === "up" ? ["FULL_TRANS", "FULL_INCR_TRANS"] : ["FULL_TRANS"],
  })),
  { engine_type: "mysql-to-kafka", job_direction: "up", net_type: "vpc", task_modes: ["INCR_TRANS"] },
];
const file: TaskFile = {
  ...{ name: "orders", engine: "mysql-to-mysql", type: "full", direction: "down", network: "vpn" },
  ...{ source: { host: "a" }, target: { host: "b" }, objects: "all" },
};

describe("the links of a service", () => {
  it("are read page by page, and not where there is no v5", async () => {
    const all = Array.from({ length: 130 }, () => links[0]);
    const listSupportLinks = ({ offset, limit }: { offset: number; limit: number }) => ({
      body: [{ total_count: all.length, support_links: all.slice(offset, offset + limit) }],
    });
    const service = new ServiceOfVersions(["v5"], { listSupportLinks });
    const { signal } = new AbortController();
    assert.equal((await supportedLinks(service, signal))?.length, 130);
    assert.equal(service.calls.length, 2);
    assert.equal(await supportedLinks(new ServiceOfVersions(["v3"], {}), signal), undefined);
  });

  it("name the engines that a file can have", () => {
    assert.deepEqual(enginesOf(links), ["mysql", "mysql-to-kafka"]);
  });

  it("object to the first field of a file that none of them fits, and say what would", () => {
    assert.equal(linkObjection(file, links), undefined);
    const objection = (changed: Partial<TaskFile>) => linkObjection({ ...file, ...changed }, links);
    assert.deepEqual(objection({ engine: "oracle" }), {
      ...{ field: "engine", value: "oracle", possible: ["mysql", "mysql-to-kafka"] },
    });
    assert.deepEqual(objection({ type: "full+incremental" }), {
      ...{ field: "type", value: "full+incremental", possible: ["full"] },
    });
    const { direction: _, ...usual } = file;
    assert.deepEqual(linkObjection(usual, links)?.possible, ["down", "up"]);
    assert.deepEqual(objection({ engine: "mysql-to-kafka", direction: "up" })?.field, "network");
  });

  it("are objected to at the field's place", () => {
    const text = JSON.stringify(file);
    const [place] = spansOf(text, 'direction The service has no such link: "direction" cannot be down');
    assert.equal(text.slice(place?.offset, (place?.offset ?? 0) + (place?.length ?? 0)), '"down"');
  });
});
