import assert from "node:assert/strict";
import { allPages } from "../../../../src/tasks/use-cases/all-pages";

/** A list of so many items, the pages of which are asked for one after another. */
function listOf(count: number, missing?: number) {
  const items = Array.from({ length: count }, (_, index) => index);
  const asked: number[] = [];
  const read = async ({ offset, limit }: { readonly offset: number; readonly limit: number }) => {
    asked.push(offset);
    return offset === missing ? undefined : items.slice(offset, offset + limit);
  };
  return { items, asked, read };
}

describe("a list that is answered page by page", () => {
  it("is read to its end, which is a page that is not full", async () => {
    for (const [count, offsets] of [
      [0, [0]],
      [99, [0]],
      [100, [0, 100]],
      [250, [0, 100, 200]],
    ] as const) {
      const { items, asked, read } = listOf(count);
      assert.deepEqual([await allPages(read), asked], [items, offsets]);
    }
  });

  it("ends where the service does not know of pages, and lists the same or all of it", async () => {
    for (const count of [100, 101, 250]) {
      const all = listOf(count).items;
      let asked = 0;
      const read = async () => {
        asked += 1;
        assert.ok(asked < 3, `${count} items are asked for again and again`);
        return structuredClone(all);
      };
      assert.deepEqual(await allPages(read), all);
    }
  });

  it("is not there when one of its pages is not", async () => {
    assert.equal(await allPages(listOf(250, 100).read), undefined);
  });
});
