/** The passwords of task files that are kept, and the environment variables that may be sent; each for one place. */
import { join } from "node:path";
import * as v from "valibot";
import { VersionedFile } from "../storage/versioned-file";

const reference = v.object({
  /** `secret`: its value is in VS Code's secret storage. `env`: the user agreed to send the variable's value. */
  kind: v.picklist(["secret", "env"]),
  /** As the file names it; empty for a password that the file does not mention. */
  name: v.string(),
  user: v.string(),
  host: v.string(),
  port: v.number(),
  database: v.string(),
  /** Endpoint of the DRS connection that the value is sent through; `local` for the local backend. */
  through: v.string(),
});

/**
 * A secret or variable and the only place that its value is sent to. A file from elsewhere that names it does not get it
 * sent to a database, or through a service, of its own.
 */
export type PasswordReference = v.InferOutput<typeof reference>;

const prefix = "drs.taskFile.";
/** The oldest are forgotten first. */
const most = 500;

/** The part of VS Code's secret storage that is used here. */
interface Secrets {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

/** Values are in VS Code's secret storage; the list of their places is in a file that all windows share. */
export class KeptPasswords {
  readonly #file: VersionedFile<readonly PasswordReference[]>;

  /** @param folder the extension's own, for the list; secret storage cannot list what it has in every VS Code. */
  constructor(
    private readonly secrets: Secrets,
    folder: string,
  ) {
    this.#file = new VersionedFile(join(folder, "task-files"), "passwords", v.array(reference), []);
  }

  /** The stored passwords, the newest first. */
  async all(): Promise<readonly PasswordReference[]> {
    return await this.#file.read();
  }

  /** Whether the user agreed to send a variable's value to this place. */
  async isAllowed(variable: PasswordReference): Promise<boolean> {
    return (await this.all()).some((one) => keyOf(one) === keyOf(variable));
  }

  async allow(variable: PasswordReference): Promise<void> {
    await this.#add(variable);
  }

  async passwordOf(secret: PasswordReference): Promise<string | undefined> {
    return await this.secrets.get(keyOf(secret));
  }

  /** Listed first: a password that is kept can always be found and forgotten. The one that 0.1.0 kept is not needed any more. */
  async keep(secret: PasswordReference, password: string): Promise<void> {
    await this.#add(secret);
    await this.secrets.store(keyOf(secret), password);
    await this.secrets.delete(firstKeyOf(secret));
  }

  async forget(references: readonly PasswordReference[]): Promise<void> {
    const gone = new Set(references.map(keyOf));
    await Promise.all([...gone].map(async (key) => await this.secrets.delete(key)));
    await this.#file.change((before) => {
      const after = before.filter((one) => !gone.has(keyOf(one)));
      return after.length === before.length ? before : after;
    });
  }

  async #add(added: PasswordReference): Promise<void> {
    let dropped: readonly PasswordReference[] = [];
    await this.#file.change((before) => {
      const after = [added, ...before.filter((one) => keyOf(one) !== keyOf(added))];
      dropped = after.slice(most);
      return after.slice(0, most);
    });
    await Promise.all(dropped.map(async (one) => await this.secrets.delete(keyOf(one))));
  }
}

/** Where 0.1.0 kept a password, whatever the service that it is sent through, and in no list. */
function firstKeyOf({ name, user, host, port, database }: PasswordReference): string {
  return `${prefix}${JSON.stringify([name, user, host, port, database])}`;
}

function keyOf({ kind, name, user, host, port, database, through }: PasswordReference): string {
  return `${prefix}${JSON.stringify([kind, name, user, host, port, database, through])}`;
}
