import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { launchChromium } from "../../scripts/chromium.mjs";

describe("a hostile web page that calls the local backend", () => {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>A page</title>");
  });
  const { endpoint } = JSON.parse(
    readFileSync(join(process.env.DRS_TEST_DATA_DIRECTORY ?? "", "backend.json"), "utf8"),
  );
  let browser: Browser;
  /** Of the page's own server. */
  let port = 0;

  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
    browser = await launchChromium();
  });

  after(async () => {
    await browser?.close();
    server.close();
  });

  it("reads no answer, whatever it tries", async () => {
    const page = await browser.newPage();
    // Browsers look names below localhost up as 127.0.0.1.
    await page.goto(`http://evil.localhost:${port}/`);
    const results = await page.evaluate(async (backend) => {
      const tried = async (path: string, init: RequestInit) =>
        await fetch(`${backend}${path}`, init).then(
          (answer) => `${answer.type} ${answer.status}`,
          (error: unknown) => String(error),
        );
      return await Promise.all([
        tried("/_local/health", {}),
        tried("/_local/health", { mode: "no-cors" }),
        tried("/_local/account", { method: "POST", body: '{"balance":0}', mode: "no-cors" }),
        tried("/_local/account", { method: "POST", body: "{}", headers: { authorization: "none" } }),
      ]);
    }, endpoint);
    assert.deepEqual(results, [
      "TypeError: Failed to fetch",
      "opaque 0",
      "opaque 0",
      "TypeError: Failed to fetch",
    ]);
    await page.close();
  });

  it("is refused when its own name leads to the backend (DNS rebinding)", async () => {
    const page = await browser.newPage();
    const answer = await page.goto(`http://evil.localhost:${new URL(endpoint).port}/_local/health`);
    assert.equal(answer?.status(), 403);
    const again = await page.evaluate(async () => (await fetch("/_local/health")).status);
    assert.equal(again, 403);
    await page.close();
  });
});
