import type { ConnectionState, StoreUpdate } from "../connections/session-manager";
import * as vscode from "../screen/vscode";
import type { AlertCenter } from "./alert-center";
import { type AlertsHost, alertsEnabled, readingOf } from "./host";

/**
 * The status bar item, and the notifications. Their texts are a file of their own, loaded when there is
 * something to say of a connection.
 */
export class Alerts implements vscode.Disposable {
  readonly #due = new vscode.EventEmitter<void>();
  /** Fires when an alert is due although no task has changed. */
  readonly onDidFallDue = this.#due.event;
  #center: AlertCenter | undefined;
  readonly #subscription: vscode.Disposable;
  #isLoading = false;
  #shown: readonly ConnectionState[] = [];
  /** The calls that came while the file was loaded. */
  #waiting: ((center: AlertCenter) => void)[] = [];
  #disposed = false;

  constructor(private readonly host: AlertsHost) {
    this.#subscription = host.mutes.onDidChange(() => this.#use(() => undefined, true));
  }

  /** Whether the tasks are to be watched while nobody looks at them (setting `drs.alerts.enabled`). */
  get enabled(): boolean {
    return alertsEnabled();
  }

  /** Takes the connections that are shown. @param reading the poll that is the reason, if one is. */
  show(shown: readonly ConnectionState[], reading?: StoreUpdate): void {
    const known = shown.some(({ session, trouble }) => {
      const { asOf, problem } = session?.store.snapshot ?? {};
      return asOf !== undefined || problem !== undefined || trouble !== undefined;
    });
    const isGone = this.#shown.some((one) => !shown.includes(one));
    const taken = reading && { ...reading, read: readingOf(reading.state) };
    this.#use((center) => center.show(shown, taken), known || isGone);
    this.#shown = shown;
  }

  /** Looks at everything again, with other settings. */
  review(): void {
    this.#use((center) => center.review(), false);
  }

  dispose(): void {
    this.#disposed = true;
    this.#subscription.dispose();
    this.#center?.dispose();
    this.#due.dispose();
  }

  /** @param needed whether there is something to say. Until then nothing is loaded. */
  #use(work: (center: AlertCenter) => void, needed: boolean): void {
    if (this.#center !== undefined) {
      work(this.#center);
    } else if (this.#isLoading || needed) {
      this.#waiting.push(work);
      if (!this.#isLoading) {
        this.#isLoading = true;
        this.#load(this.#shown).catch((error) => this.host.log.error("Alerts do not work.", error));
      }
    }
  }

  /** @param before what was shown until now. */
  async #load(before: readonly ConnectionState[]): Promise<void> {
    const { AlertCenter } = await import("./alert-center");
    if (!this.#disposed) {
      this.#center = new AlertCenter(this.host, () => this.#due.fire());
      this.#center.show(before);
      for (const work of this.#waiting.splice(0)) {
        work(this.#center);
      }
    }
  }
}
