import assert from "node:assert/strict";
import { literal } from "../../../src/l10n/markdown";

describe("a literal text in Markdown", () => {
  it("has every character escaped that could be markup, a link or HTML", () => {
    assert.equal(literal("a_b"), "a\\_b");
    assert.equal(literal("[x](command:evil)"), "\\[x\\]\\(command\\:evil\\)");
    assert.equal(literal("<img src=x> &amp; $(bug)"), "\\<img src\\=x\\> \\&amp\\; \\$\\(bug\\)");
    assert.equal(literal("https://a.b www.a.b a@b.c"), "https\\:\\/\\/a\\.b www\\.a\\.b a\\@b\\.c");
  });

  it("stays on its line", () => {
    assert.equal(literal("a\n# b\r\n\tc"), "a \\# b c");
  });

  it("leaves letters of every script alone", () => {
    assert.equal(literal("订单 Größe 7"), "订单 Größe 7");
  });
});
