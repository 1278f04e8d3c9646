import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { toJsonSchema } from "@valibot/to-json-schema";
import { toolNames } from "../../src/agent/names";
import { tools } from "../../src/agent/tools";
import { commandIds } from "../../src/commands/ids";
import { extensionId, walkthroughId } from "../../src/links/link";
import { rowOf, statusOrder } from "../../src/status/statuses";

const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const english = JSON.parse(readFileSync("package.nls.json", "utf8"));
const chinese = JSON.parse(readFileSync("package.nls.zh-cn.json", "utf8"));
const bundle = JSON.parse(readFileSync("l10n/bundle.l10n.zh-cn.json", "utf8"));

const source = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(join("src", file), "utf8"))
  .join("\n");

interface Entry {
  readonly command: string;
  readonly args?: { readonly commands?: readonly (string | { readonly command: string })[] };
}

/** The commands of a keybinding that runs several, without VS Code's own for lists. */
function calledBy(args: Entry["args"]): readonly string[] {
  const all = (args?.commands ?? []).map((one) => (typeof one === "string" ? one : one.command));
  return all.filter((command) => !command.startsWith("list."));
}

describe("the manifest", () => {
  it("has the name that links call it by", () => {
    assert.equal(`${manifest.publisher}.${manifest.name}`, extensionId);
  });

  it("has exactly the commands of the code", () => {
    const ids = manifest.contributes.commands.map(({ command }: { command: string }) => command);
    assert.deepEqual([...ids].sort(), [...commandIds].sort());
  });

  it("mentions no command in a menu or keybinding that it does not have", () => {
    const menus = Object.values<(Entry & { submenu?: string })[]>(manifest.contributes.menus)
      .flat()
      .filter(({ submenu }) => submenu === undefined);
    const entries: readonly Entry[] = [...menus, ...manifest.contributes.keybindings];
    const own = entries.flatMap(({ command, args }) =>
      command === "runCommands" ? calledBy(args) : [command],
    );
    for (const command of own) {
      assert.ok(
        commandIds.some((id) => id === command),
        command,
      );
    }
  });

  it("has exactly the tools of the code, with what they take", () => {
    const listed = manifest.contributes.languageModelTools.map(
      ({ name, modelDescription, inputSchema }: Record<string, unknown>) => ({
        ...{ name, modelDescription, inputSchema },
      }),
    );
    assert.deepEqual(
      listed,
      toolNames.map((name) => {
        const { $schema, ...inputSchema } = toJsonSchema(tools[name].schema);
        return { name, modelDescription: tools[name].description, inputSchema };
      }),
    );
  });

  it("offers what rows of tasks offer in the palette, too, and only while it can be done", () => {
    const { commandPalette, "view/item/context": rows } = manifest.contributes.menus;
    const whenOf = new Map<string, string | undefined>(
      commandPalette.map(({ command, when }: Record<string, string>) => [command, when]),
    );
    const ofTasks = rows.filter(({ when }: Record<string, string>) => !when?.includes("^drsConnection:"));
    assert.ok(ofTasks.length > 20);
    assert.deepEqual(
      ofTasks.filter(({ command }: Record<string, string>) => !whenOf.get(command ?? "")),
      [],
    );
  });

  it("lets a folder that is not trusted set none of its settings", () => {
    const settings = Object.entries<{ scope: string }>(manifest.contributes.configuration.properties);
    const ofFolders = settings.filter(([, { scope }]) => scope !== "machine" && scope !== "application");
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.deepEqual(
      ofFolders.map(([key]) => key),
      restrictedConfigurations,
    );
  });

  it("reads only settings that it has, and has none that nobody reads", () => {
    const read = [
      ...source.matchAll(/(?:getConfiguration\("drs"\)|\bsettings)\s*\.get(?:<unknown>)?\(\s*"([^"]+)"/g),
    ].map(([, key]) => `drs.${key}`);
    assert.deepEqual(
      [...new Set(read)].sort(),
      Object.keys(manifest.contributes.configuration.properties).sort(),
    );
  });

  it("lets the user choose among exactly the statuses that alert, by the service's names", () => {
    const { items, default: usual } = manifest.contributes.configuration.properties["drs.alerts.statuses"];
    const alerting = statusOrder.filter((status) => rowOf(status).alert !== "none");
    assert.deepEqual([items.enum, usual], [alerting, alerting]);
    for (const status of alerting) {
      const { en, zh } = rowOf(status).name;
      assert.deepEqual([english[`status.${status}`], chinese[`status.${status}`]], [en, zh]);
    }
  });

  it("has every text in both languages and none too many", () => {
    const used = [...JSON.stringify(manifest).matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key);
    const keys = Object.keys(english).sort();
    assert.deepEqual([...new Set(used)].sort(), keys);
    assert.deepEqual(Object.keys(chinese).sort(), keys);
  });
});

describe("the texts of the code", () => {
  /** The first argument of every call of `t` and `l10n.t`. */
  const used = [...source.matchAll(/\bt\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')/g)].map(
    ([, double, single]) => double ?? single ?? "",
  );

  it("are all found by this test", () => {
    assert.ok(used.length > 50);
    assert.doesNotMatch(source, /\bt\(\s*[`a-z]/, "a text that is not a literal cannot be translated");
  });

  it("exist in Chinese, and no Chinese text is left over", () => {
    assert.deepEqual(Object.keys(bundle).sort(), [...new Set(used)].sort());
  });

  it("keep their places in Chinese", () => {
    const places = (text: string) => [...new Set(text.match(/\{\d\}/g))].sort();
    for (const [key, value] of Object.entries<string>(bundle)) {
      assert.deepEqual(places(value), places(key), key);
    }
  });
});

describe("the walkthrough", () => {
  const [walkthrough] = manifest.contributes.walkthroughs;
  const steps: readonly {
    id: string;
    description: string;
    media: { svg: string };
    completionEvents: readonly string[];
  }[] = walkthrough.steps;

  it("is the one that the command opens", () => {
    assert.equal(`${extensionId}#${walkthrough.id}`, walkthroughId);
  });

  it("and the empty view link only to commands that there are", () => {
    const own = new Set<string>([...commandIds, "drs.tasks.focus"]);
    const others = ["workbench.action.openSettings"];
    for (const texts of [english, chinese]) {
      const called = [...JSON.stringify(texts).matchAll(/\(command:([\w.]+)/g)].map(([, id]) => id ?? "");
      assert.ok(called.length > 20);
      assert.deepEqual(
        called.filter((id) => !own.has(id) && !others.includes(id)),
        [],
      );
    }
  });

  it("completes its steps by the context keys that the code sets", () => {
    const settings = manifest.contributes.configuration.properties;
    for (const event of steps.flatMap(({ completionEvents }) => completionEvents)) {
      const [kind, subject = ""] = event.split(":");
      const keys = subject.split(" && ").map((part) => part.split(" ")[0] ?? "");
      const isTold = (key: string) =>
        key === "view.drs.tasks.visible" ||
        (key.startsWith("drs.used.")
          ? commandIds.some((id) => id === key.replace("used.", ""))
          : source.includes(`"${key}"`));
      const told = kind === "onSettingChanged" ? subject in settings : keys.every(isTold);
      assert.ok(told, event);
    }
  });

  it("has a small picture for every step, in the theme's colours alone", () => {
    for (const { media } of steps) {
      const picture = readFileSync(media.svg, "utf8");
      assert.ok(picture.length < 4_000, media.svg);
      assert.doesNotMatch(picture, /(?:fill|stroke)="(?!none|var\()|style=|<script|href/, media.svg);
    }
  });
});
