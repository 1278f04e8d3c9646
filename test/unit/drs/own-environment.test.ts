import assert from "node:assert/strict";
import { isOwnVariable } from "../../../src/drs/own-environment";

describe("the environment of our own processes", () => {
  it("has what programs need, however it is written, and no secret of others", () => {
    for (const name of [
      "PATH",
      "Path",
      "HOME",
      "LC_ALL",
      "XDG_DATA_HOME",
      "LOCALAPPDATA",
      "NODE_EXTRA_CA_CERTS",
    ]) {
      assert.ok(isOwnVariable(name), name);
    }
    for (const name of [
      ...[
        "HUAWEICLOUD_SDK_AK",
        "HUAWEICLOUD_SDK_SK",
        "AWS_SECRET_ACCESS_KEY",
        "GITHUB_TOKEN",
        "DRS_SHOP",
        "PGPASSWORD",
      ],
      ...["NODE_OPTIONS", "LD_PRELOAD", "constructor", ""],
    ]) {
      assert.ok(!isOwnVariable(name), name);
    }
  });
});
