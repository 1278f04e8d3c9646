import assert from "node:assert/strict";
import { defaultDataDir, parseMcpFlags } from "../../../src/agent/mcp-flags";
import { defaultDataDir as backendsDataDir } from "../../../src/backend/flags";

describe("the MCP server's flags", () => {
  it("find the local backend where it keeps its data", () => {
    assert.equal(defaultDataDir(), backendsDataDir());
    assert.deepEqual(parseMcpFlags(["--local"]), { kind: "local", dataDir: backendsDataDir() });
  });

  it("name a region or an address", () => {
    assert.deepEqual(parseMcpFlags(["--region", "cn-north-4"]), {
      kind: "cloud",
      name: "cn-north-4",
      endpoint: "https://drs.cn-north-4.myhuaweicloud.com",
    });
    assert.deepEqual(parseMcpFlags(["--endpoint", "https://drs.example.com"]), {
      kind: "cloud",
      name: "drs.example.com",
      endpoint: "https://drs.example.com",
    });
  });

  it("are refused when they name no connection, or two", () => {
    for (const args of [
      [],
      ["--local", "--region", "cn-north-4"],
      ["--region", "nowhere"],
      ["--endpoint", "drs.example.com"],
      ["--region", "cn-north-4", "--data-dir", "x"],
      ["--end"],
    ]) {
      assert.throws(() => parseMcpFlags(args), Error, args.join(" "));
    }
  });
});
