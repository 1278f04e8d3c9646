import assert from "node:assert/strict";
import { escapeMarkdown } from "../../../src/l10n/markdown";

describe("a literal text in Markdown", () => {
  it("has every character escaped that could be markup, a link or HTML", () => {
    assert.equal(escapeMarkdown("a_b"), "a\\_b");
    assert.equal(escapeMarkdown("[x](command:evil)"), "\\[x\\]\\(command\\:evil\\)");
    assert.equal(escapeMarkdown("<img src=x> &amp; $(bug)"), "\\<img src\\=x\\> \\&amp\\; \\$\\(bug\\)");
    assert.equal(escapeMarkdown("https://a.b www.a.b a@b.c"), "https\\:\\/\\/a\\.b www\\.a\\.b a\\@b\\.c");
  });

  it("stays on its line", () => {
    assert.equal(escapeMarkdown("a\n# b\r\n\tc"), "a \\# b c");
  });

  it("leaves letters of every script alone", () => {
    assert.equal(escapeMarkdown("订单 Größe 7"), "订单 Größe 7");
  });
});
