import assert from "node:assert/strict";
import { escapeMarkdown, iconMarkup, markup, withOwnIcons } from "../../../src/l10n/markdown";
import { shown } from "../../../src/l10n/shown";

describe("a literal text in Markdown", () => {
  it("has every character escaped that could be markup, a link or HTML", () => {
    assert.equal(escapeMarkdown(shown("a_b")), "a\\_b");
    assert.equal(escapeMarkdown(shown("[x](command:evil)")), "\\[x\\]\\(command\\:evil\\)");
    assert.equal(
      escapeMarkdown(shown("<img src=x> &amp; $(bug)")),
      "\\<img src\\=x\\> \\&amp\\; \\$\\(bug\\)",
    );
    assert.equal(
      escapeMarkdown(shown("https://a.b www.a.b a@b.c")),
      "https\\:\\/\\/a\\.b www\\.a\\.b a\\@b\\.c",
    );
  });

  it("has no icon in Markdown that has ours", () => {
    const drawn = withOwnIcons(markup`${iconMarkup("error")} ${escapeMarkdown(shown("$(bug) $ (x)"))}`);
    // As VS Code does: the Markdown first, then the icons in what it shows.
    const icons = drawn.replaceAll(/\\(.)/g, "$1").match(/\$\([a-z-]+\)/g);
    assert.deepEqual(icons, ["$(error)"]);
  });

  it("stays on its line", () => {
    assert.equal(escapeMarkdown(shown("a\n# b\r\n\tc")), "a↵\\# b↵ c");
  });

  it("leaves letters of every script alone", () => {
    assert.equal(escapeMarkdown(shown("订单 Größe 7")), "订单 Größe 7");
  });
});
