import { type ClientRequest, request } from "node:http";
import type { Connection } from "../connections/connection";
import type { AccessKey } from "../drs/sign-in";
import { authorization, sdkDate } from "../drs/signer";

const retryMs = 1_000;

/**
 * Tells a local backend that this window uses it: a call of `GET /_local/presence`, held open until `dispose` and made
 * anew when it breaks. A backend that was started for its windows ends when nobody is present any more.
 */
export class KeepAlive {
  readonly #connection: Connection;
  readonly #credentials: AccessKey;
  #call: ClientRequest | undefined;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(connection: Connection, credentials: AccessKey) {
    this.#connection = connection;
    this.#credentials = credentials;
    this.#open();
  }

  dispose(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#call?.destroy();
  }

  #open(): void {
    const url = new URL("/_local/presence", this.#connection.endpoint);
    const headers = { host: url.host, "x-sdk-date": sdkDate(new Date()) };
    const { accessKey, secretKey } = this.#credentials;
    const signed = authorization({ method: "GET", url, headers, body: "" }, accessKey, secretKey);
    const call = request(url, { agent: false, headers: { ...headers, authorization: signed } });
    this.#call = call;
    call.once("response", (answer) => answer.resume());
    // "close" follows, whatever happened.
    call.on("error", () => undefined);
    call.once("close", () => {
      if (!this.#ended) {
        this.#timer = setTimeout(() => this.#open(), retryMs);
      }
    });
    call.end();
  }
}
