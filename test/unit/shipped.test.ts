import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { repositoryOf, shippedPage, shippedParts } from "../../scripts/shipped.mjs";

const repository = { url: "https://github.example/team/tasks", commit: "0".repeat(40) };

describe("what is shipped", () => {
  const parts = shippedParts(".");

  it("is what .vscodeignore does not ignore, and is there", () => {
    assert.ok(parts.includes("README.md") && parts.includes("dist"), parts.join(" "));
    assert.deepEqual(
      parts.filter((part) => !existsSync(part)),
      [],
    );
  });

  for (const page of parts.filter((part) => part.endsWith(".md"))) {
    describe(page, () => {
      const text = readFileSync(page, "utf8");

      it("has no path, which an installed extension cannot open", () => {
        for (const shipped of [shippedPage(text, repository), shippedPage(text, undefined)]) {
          assert.doesNotMatch(shipped, /\]\((?!https?:|#)|(?:src|srcset)="(?!https?:)/);
        }
      });

      it("keeps its words where nobody knows the repository's address", () => {
        const words = text
          .replaceAll(/<picture>[\s\S]*?<\/picture>/g, "")
          .replaceAll(/\]\([^)]*\)|[[\]\s]/g, "");
        assert.equal(shippedPage(text, undefined).replaceAll(/\]\([^)]*\)|[[\]\s]/g, ""), words);
      });
    });
  }

  it("leads to the commit that is packaged", () => {
    const text = '[docs/a.md](docs/a.md#b), [c](https://c.example), [d](#d), <img src="docs/e.png" alt="e">';
    const { url, commit } = repository;
    assert.equal(
      shippedPage(text, repository),
      `[docs/a.md](${url}/blob/${commit}/docs/a.md#b), [c](https://c.example), [d](#d), <img src="${url}/raw/${commit}/docs/e.png" alt="e">`,
    );
  });

  it("knows the repository's address in a workflow of GitHub only", () => {
    const env = { GITHUB_SERVER_URL: "https://github.example", GITHUB_REPOSITORY: "team/tasks" };
    assert.deepEqual(repositoryOf({ ...env, GITHUB_SHA: repository.commit }), repository);
    assert.equal(repositoryOf(env), undefined);
    assert.equal(repositoryOf({}), undefined);
  });
});
