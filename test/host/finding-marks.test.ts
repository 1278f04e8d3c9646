import assert from "node:assert/strict";
import * as vscode from "vscode";
import { clearFindings, markFindings } from "../../src/files/finding-marks";

describe("what a check has found, in the editor", () => {
  it("stands at its line in its own words, whatever has found it", async () => {
    const document = await vscode.workspace.openTextDocument({
      language: "json",
      content: '{\n  "source": { "database": "shop" }\n}',
    });
    const reason = "The source cannot be reached.";
    markFindings(document, [{ item: "source", result: "FAILED", reason }]);
    const found = vscode.languages.getDiagnostics(document.uri).filter(({ source }) => source === "DRS");
    assert.deepEqual(
      found.map(({ message, range }) => [message, range.start.line]),
      [[reason, 1]],
    );
    clearFindings(document.uri);
  });
});
