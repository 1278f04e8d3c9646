/** Certificates of a CA of the test's own, made with the openssl program. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A CA in a folder, which the caller removes. */
export class TestAuthority {
  readonly #folder: string;
  /** Where its own certificate is, as NODE_EXTRA_CA_CERTS wants it. */
  readonly file: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.file = join(folder, "ca.pem");
    this.#openssl(
      "req",
      "-x509",
      ...newKey,
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
      "-subj",
      "/CN=Acme test CA",
    );
  }

  /** @param names as subjectAltName has them, such as `DNS:localhost`. @param days how long it is valid, 0 for not any more. */
  issue(names: string, days = 2): Certificate {
    writeFileSync(join(this.#folder, "names.txt"), `subjectAltName=${names}`);
    this.#openssl("req", ...newKey, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=drs");
    const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names.txt"];
    this.#openssl("x509", "-req", "-in", "server.csr", ...by, "-out", "server.pem", "-days", String(days));
    const read = (name: string) => readFileSync(join(this.#folder, name));
    return { key: read("server.key"), cert: read("server.pem") };
  }

  #openssl(...args: readonly string[]): void {
    execFileSync("openssl", args, { cwd: this.#folder, stdio: ["ignore", "ignore", "pipe"] });
  }
}
