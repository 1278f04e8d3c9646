import assert from "node:assert/strict";
import { resolve } from "node:path";
import { parseFlags } from "../../../src/backend/flags";
import { StartError } from "../../../src/backend/start-error";

describe("the flags of the local backend", () => {
  it("are read, and what is none is refused", () => {
    const flags = parseFlags(["--data-dir", "/some/where", "--port", "8080", "--demo"]);
    assert.deepEqual(flags, {
      dataDir: "/some/where",
      port: 8080,
      demo: true,
      language: "en",
      postgres: undefined,
      exitWhenUnused: undefined,
      help: false,
    });
    assert.equal(parseFlags(["--exit-when-unused", "20"]).exitWhenUnused, 20);
    assert.equal(parseFlags(["--language", "zh"]).language, "zh");
    assert.equal(parseFlags([]).port, 0);
    assert.equal(parseFlags(["--postgres", "/opt/pg"]).postgres, resolve("/opt/pg"));
    for (const args of [
      ["--port", "-1"],
      ["--port", "65536"],
      ["--port", "1e3"],
      ["--exit-when-unused", "0"],
      ["--exit-when-unused", "soon"],
      ["--language", "fr"],
      ["--nope"],
      ["--data-dir="],
      ["--postgres="],
    ]) {
      assert.throws(() => parseFlags(args), StartError, args.join(" "));
    }
  });
});
