import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { defaultDataDir, isOwnVariable } from "../../../src/drs/own-environment";

describe("the environment of our own processes", () => {
  it("is a list, in which nothing stands that is not wanted", () => {
    const programs =
      "PATH PATHEXT HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR TEMP TMP ELECTRON_RUN_AS_NODE";
    const windows = "APPDATA LOCALAPPDATA PROGRAMDATA USERPROFILE HOMEDRIVE HOMEPATH SYSTEMDRIVE SYSTEMROOT";
    const more =
      "WINDIR COMSPEC NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR LC_ALL LC_TIME XDG_CACHE_HOME";
    for (const name of `${programs} ${windows} ${more}`.split(" ")) {
      assert.ok(isOwnVariable(name), name);
      assert.ok(isOwnVariable(name.toLowerCase()), name);
      assert.ok(!isOwnVariable(`X${name}`), name);
    }
  });

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

describe("the data of the local backend", () => {
  it("is where the system keeps a user's data", () => {
    const own = (base: string) => join(base, "drs-sync-tasks", "local-backend");
    const moved = { LOCALAPPDATA: "/local", XDG_DATA_HOME: "/xdg" };
    assert.equal(defaultDataDir("win32", moved), own("/local"));
    assert.equal(defaultDataDir("win32", {}), own(join(homedir(), "AppData", "Local")));
    assert.equal(defaultDataDir("linux", moved), own("/xdg"));
    assert.equal(defaultDataDir("darwin", {}), own(join(homedir(), ".local", "share")));
  });
});
