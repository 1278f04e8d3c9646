import assert from "node:assert/strict";
import { errorLine } from "../../../src/backend/clusters/error-line";
import { exitCodeOf, exitCodes, StartError } from "../../../src/backend/start-error";

describe("a start that fails", () => {
  const initdb = [
    'The files belonging to this database system will be owned by user "me".',
    "running bootstrap script ... ok",
    'performing post-bootstrap initialization ... 2026-11-27 00:02:08.219 UTC [22236] FATAL: could not write to file "base/5/1255": No space left on device',
    "2026-11-27 00:02:08.219 UTC [22236] STATEMENT: CREATE DATABASE postgres",
    "child process exited with exit code 1",
    'initdb: removing data directory "/data/clusters/control.new.1"',
  ];

  it("says its reason, not all that was printed", () => {
    const full = 'FATAL: could not write to file "base/5/1255": No space left on device';
    assert.equal(errorLine(initdb.join("\n")), full);
    const refused = ['initdb: error: could not create directory "/proc/x": No such file', "initdb: hint"];
    assert.equal(errorLine(refused.join("\n")), 'error: could not create directory "/proc/x": No such file');
    const locked = [
      '2026|7|main|F0000|FATAL:  lock file "postmaster.pid" already exists',
      "2026|7|main||HINT: Is it?",
    ];
    assert.equal(errorLine(locked.join("\n")), 'FATAL:  lock file "postmaster.pid" already exists');
    assert.equal(errorLine("2026|7|main||the end\n\n"), "the end");
    assert.equal(errorLine(" \n"), "no output");
  });

  it("reports a full disk and a data directory in use by its exit code", () => {
    assert.equal(exitCodeOf(new StartError("made by another", exitCodes.directoryInUse)), 3);
    assert.equal(exitCodeOf(new StartError(`cannot be made: ${errorLine(initdb.join("\n"))}`)), 4);
    assert.equal(exitCodeOf(new Error("ENOSPC: no space left on device, write")), 4);
    assert.equal(exitCodeOf(new StartError("the data directory cannot be used: EDQUOT: disk quota")), 4);
    assert.equal(exitCodeOf(new StartError("--port must be a number")), 1);
    assert.equal(exitCodeOf("odd"), 1);
  });
});
