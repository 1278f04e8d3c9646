/** Credentials that services have rejected. */
import { createHash, scrypt } from "node:crypto";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CredentialBreaker } from "../drs/credential-breaker";
import { type Environment, environmentKey } from "./access";
import type { CloudConnection, Secret } from "./connection";

/** At most this many refusals are remembered. */
const remembered = 20;

/**
 * What a connection signs in with, and where that counts: regions of a site share their users and keys. It holds the
 * secret: it is for the memory only.
 */
export function credentialOf(
  { site, endpoint, signIn }: CloudConnection,
  secret: Secret | undefined,
  environment: Environment,
): string {
  const key = signIn.kind === "environment" ? environmentKey(environment) : secret;
  return JSON.stringify([site === "private" ? endpoint : site, signIn, Object.entries(key ?? {}).sort()]);
}

/**
 * The refusals that all windows of this user know of, also after a restart: a file for each, so that windows need not
 * agree on anything. Its name is a slow hash, from which nobody finds a password by trying.
 */
export class RejectedCredentials {
  readonly #breakers = new Map<string, CredentialBreaker>();

  /** @param folder made when the first proof is refused. */
  constructor(private readonly folder: string) {}

  /** The breaker of a credential; the same one for all connections of this window that use it. */
  breakerOf(credential: string): CredentialBreaker {
    const key = createHash("sha256").update(credential).digest("hex");
    const breaker = this.#breakers.get(key) ?? new CredentialBreaker();
    this.#breakers.set(key, breaker);
    return breaker;
  }

  async has(credential: string): Promise<boolean> {
    const names = await this.#names();
    return names.length > 0 && names.includes(await nameOf(credential));
  }

  async add(credential: string): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(join(this.folder, await nameOf(credential)), "");
    await this.#forgetOldest();
  }

  async remove(credential: string): Promise<void> {
    if ((await this.#names()).length > 0) {
      await rm(join(this.folder, await nameOf(credential)), { force: true });
    }
  }

  async #names(): Promise<readonly string[]> {
    try {
      return await readdir(this.folder);
    } catch {
      // Nothing was ever refused, or nothing can be kept: then each window finds out by itself.
      return [];
    }
  }

  async #forgetOldest(): Promise<void> {
    const names = await this.#names();
    if (names.length > remembered) {
      const times = await Promise.all(
        names.map(async (name) => ({ name, at: (await stat(join(this.folder, name))).mtimeMs })),
      );
      const oldest = times.sort((a, b) => b.at - a.at).slice(remembered);
      await Promise.all(oldest.map(({ name }) => rm(join(this.folder, name), { force: true })));
    }
  }
}

function nameOf(credential: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(credential, "drs refused proof", 16, (error, hash) =>
      error === null ? resolve(hash.toString("hex")) : reject(error),
    );
  });
}
