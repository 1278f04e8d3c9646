import assert from "node:assert/strict";
import { dataDirectoryOf } from "../../../src/backend-client/data-directory";
import { english } from "../details/facts";

describe("the data directory of the local backend", () => {
  const of = (configured: unknown) => dataDirectoryOf(configured, "/usual", "/home/me", english.t);

  it("is the extension's own unless the setting names one", () => {
    for (const none of ["", "  ", undefined, null]) {
      assert.equal(of(none), "/usual");
    }
    assert.equal(of("/data/drs"), "/data/drs");
    assert.equal(of("/data/~/drs"), "/data/~/drs");
  });

  it("may begin with the home folder", () => {
    assert.equal(of("~"), "/home/me");
    assert.equal(of(" ~/drs-data "), "/home/me/drs-data");
    assert.equal(dataDirectoryOf("~/$&", "", "/home/$1", english.t), "/home/$1/$&");
  });

  it("is refused where it depends on where VS Code was started, with what to enter instead", () => {
    for (const odd of ["drs-data", "./drs", "~other/drs", 42, true, {}]) {
      assert.throws(
        () => of(odd),
        /^Error: The setting .*dataDirectory is not an absolute path: ".+"\. Enter one, such as \/home\/me\/drs-data, or leave it empty\.$/,
      );
    }
  });
});
