import assert from "node:assert/strict";
import * as vscode from "vscode";

describe("activation", () => {
  const extension = vscode.extensions.getExtension("drs-sync-tasks.drs-sync-tasks");

  it("finds the extension and activates it", async () => {
    assert.ok(extension, "the extension is not installed");
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it("registers every command of package.json", async () => {
    const commands: readonly { readonly command: string }[] = extension?.packageJSON.contributes.commands;
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.notEqual(commands.length, 0);
    assert.deepEqual(
      commands.map(({ command }) => command).filter((command) => !registered.has(command)),
      [],
    );
  });
});
