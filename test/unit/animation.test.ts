import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { animation } from "../../scripts/animation.mjs";

describe("an animation of pictures", () => {
  const icon = readFileSync("media/icon.png");
  const types = (png: Buffer) => {
    const found: string[] = [];
    for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
      found.push(png.toString("latin1", at + 4, at + 8));
    }
    return found;
  };

  it("has the bytes of each, the first as those who know no animation see it", () => {
    const parts = types(icon).filter((type) => type === "IDAT");
    const both = animation([icon, icon], 1.5);
    assert.deepEqual(types(both), [
      ...["IHDR", "acTL", "fcTL", ...parts],
      ...["fcTL", ...parts.map(() => "fdAT"), "IEND"],
    ]);
    const control = both.indexOf("fcTL");
    assert.equal(both.readUInt16BE(control + 24) / both.readUInt16BE(control + 26), 1.5);
  });

  it("is not made of pictures of different sizes", () => {
    const wider = Buffer.from(icon);
    wider.writeUInt32BE(1, 16);
    assert.throws(() => animation([icon, wider], 1), /one size/);
  });
});
