import assert from "node:assert/strict";
import { parseMcpFlags } from "../../../src/agent/mcp-flags";
import { parseFlags } from "../../../src/backend/flags";

describe("the MCP server's flags", () => {
  it("find the local backend where it keeps its data", () => {
    const { dataDir } = parseFlags([]);
    assert.deepEqual(parseMcpFlags(["--local"]), { kind: "local", dataDir, allowControl: false });
  });

  it("name a region or an address", () => {
    assert.deepEqual(parseMcpFlags(["--region", "cn-north-4"]), {
      kind: "cloud",
      name: "cn-north-4",
      endpoint: "https://drs.cn-north-4.myhuaweicloud.com",
      allowControl: false,
    });
    assert.deepEqual(parseMcpFlags(["--endpoint", "https://drs.example.com"]), {
      kind: "cloud",
      name: "drs.example.com",
      endpoint: "https://drs.example.com",
      allowControl: false,
    });
  });

  it("allow control only when they say so", () => {
    const flags = parseMcpFlags(["--local", "--allow-control"]);
    assert.ok(flags.kind !== "help" && flags.allowControl);
  });

  it("take the addresses that the wizard takes, and no others", () => {
    const endpointOf = (text: string) => {
      const flags = parseMcpFlags(["--endpoint", text]);
      return flags.kind === "cloud" ? flags.endpoint : undefined;
    };
    assert.equal(endpointOf("https://drs.example.com/"), "https://drs.example.com");
    assert.equal(endpointOf("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
    for (const text of [
      "http://192.0.2.2:8080",
      "https://user:S3cret@drs.example.com",
      "https://:S3cret@drs.example.com",
      "https://drs.example.com/some/path",
      "https://drs.example.com/?x=1",
      "ftp://drs.example.com",
    ]) {
      assert.throws(
        () => endpointOf(text),
        (error: Error) => /https address/.test(error.message) && !/S3cret/.test(error.message),
        text,
      );
    }
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
