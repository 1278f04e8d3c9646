import assert from "node:assert/strict";
import fc from "fast-check";
import { localizerFor } from "../../../src/l10n/localizer";
import { escapeMarkdown } from "../../../src/l10n/markdown";
import { firstOf, iconText, inert, joined, shown, shownLines } from "../../../src/l10n/shown";
import { fill, inEnglish } from "../../support/texts";

const [isolate, pop] = ["\u2068", "\u2069"];

describe("foreign text", () => {
  it("of many is the first of them, and how many more there are", () => {
    const texts = ["a", "b", "c"].map(shown);
    assert.deepEqual(firstOf(texts, 3), texts);
    assert.deepEqual(firstOf(texts, 1), ["a", "… (+2)"]);
    assert.deepEqual(firstOf([], 1), []);
  });

  it("stays as it is when all of it can be seen", () => {
    for (const text of [
      "orders",
      "订单 → 仓库",
      "Größe 7 · “ok” €",
      "👩‍💻 ❤️ 👍🏽",
      "a $(bug) [x](y) {0} <b>",
      "",
    ]) {
      assert.equal(shown(text), text);
    }
    assert.equal(shown("नमस्‍ते क्ष"), "नमस्‍ते क्ष", "a joiner that its script needs");
  });

  it("shows what changes the direction of its neighbors, and what hides", () => {
    assert.equal(shown("evil\u202Elive"), "evil⟨U+202E⟩live");
    assert.equal(shown("a\u200Bb\u2066c\uFEFFd\u00ADe"), "a⟨U+200B⟩b⟨U+2066⟩c⟨U+FEFF⟩d⟨U+00AD⟩e");
    assert.equal(shown("a\u200Db"), "a⟨U+200D⟩b", "a joiner between Latin letters");
    assert.equal(shown("tag\u{E0041}"), "tag⟨U+E0041⟩");
    assert.equal(shown("\u3164"), "⟨U+3164⟩", "a letter that is blank");
  });

  it("stays on its line, and shows control characters", () => {
    assert.equal(shown("a\r\nb\nc\u2028d\u0085e\tf"), "a↵b↵c↵d↵e f");
    assert.equal(shown("\u001B[31mred\u0000\u007F\u0090"), "␛[31mred␀␡⟨U+0090⟩");
    assert.equal(shownLines("a\r\nb\u001B\nc"), "a\nb␛\nc");
  });

  it("is isolated when it is written from right to left", () => {
    assert.equal(shown("שלום"), `${isolate}שלום${pop}`);
    assert.equal(shown("مرحبا 7"), `${isolate}مرحبا 7${pop}`);
  });

  it("cannot end or leave open an isolate around others", () => {
    assert.equal(shown(`a${pop}b`), "a⟨U+2069⟩b");
    assert.equal(shown(`${isolate}a`), `${isolate}a${pop}`);
    assert.equal(shown(`${pop}${isolate}`), `⟨U+2069⟩${isolate}${pop}`);
  });

  it("changes once, whatever it is, and ends in balance", () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom(isolate, pop, "\u202E", "\n", "\u200D", "א", "a", " "),
        fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
      ),
    });
    fc.assert(
      fc.property(text, (foreign) => {
        const once = shown(foreign);
        assert.equal(shown(once), once);
        assert.doesNotMatch(once, /[\p{Cc}\u202a-\u202e\u2066\u2067\u200b\u200e\u200f\u061c\u2028\u2029]/u);
        let depth = 0;
        for (const char of once) {
          depth += char === isolate ? 1 : char === pop ? -1 : 0;
          assert.ok(depth >= 0);
        }
        assert.equal(depth, 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it("passes a sentence's places one by one, and no place of it is filled", () => {
    const { t } = localizerFor("en", fill);
    assert.equal(
      t('End task "{0}"? {1}', "שלום", "{0}\n\u202E"),
      `End task "${isolate}שלום${pop}"? {0}↵⟨U+202E⟩`,
    );
    assert.equal(t("{0}", t("task {0}", "שלום")), `task ${isolate}שלום${pop}`, "isolated once");
  });

  it("costs no more than its length", () => {
    const hostile = [isolate, pop, "\u200d", "א\u202e"];
    for (const part of hostile) {
      const cpuOf = (times: number) => {
        const text = part.repeat(times);
        const begin = process.cpuUsage();
        shown(text);
        const { user, system } = process.cpuUsage(begin);
        return user + system;
      };
      const least = (times: number) => Math.min(...[1, 2, 3].map(() => cpuOf(times)));
      // Ten times as long: ten times the cost, not a hundred times.
      const [short, long] = [least(10_000), least(100_000)];
      assert.ok(long < 40 * Math.max(short, 500), `${short} µs, ${long} µs`);
    }
  });
});

describe("a place", () => {
  it("makes neither links nor icons of a text, and keeps its own icon", () => {
    assert.equal(inert(shown("[x](command:evil) $(bug)")), "[x]\u200b(command:evil) $\u200b(bug)");
    assert.equal(iconText("key", shown("$(bug)")), "$(key) $\u200b(bug)");
  });

  it("puts texts beside each other without the empty ones", () => {
    assert.equal(joined(" · ", [shown("a"), "", undefined, inEnglish("b")]), "a · b");
  });

  it("has no Markdown of a text", () => {
    assert.equal(escapeMarkdown(shown("a\n# b [x](command:evil)")), "a↵\\# b \\[x\\]\\(command\\:evil\\)");
  });
});
