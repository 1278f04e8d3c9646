import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/** Keeps passwords of endpoints unreadable in the control database: AES-256-GCM with the data directory's key. */
export class SecretBox {
  readonly #key: Buffer;

  /** @param key 32 bytes in base64. */
  constructor(key: string) {
    this.#key = Buffer.from(key, "base64");
  }

  seal(text: string): string {
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#key, iv);
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64");
  }

  /** @throws Error when the text was sealed with another key. */
  open(sealed: string): string {
    const bytes = Buffer.from(sealed, "base64");
    const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, 12));
    decipher.setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
  }
}
