/** The active faults on demand. They live in this process and end with it. */
import { ApiError, message } from "../messages";
import type { EngineFaults } from "./engine-faults";
import { type FaultRequest, isEngineFault, type WireFault } from "./request";

/** A fault in force, as `GET /_local/faults` shows it. */
type Fault = FaultRequest & { readonly id: string; readonly how?: string };

interface Active {
  readonly fault: Fault;
  /** Ends a fault of the engine. */
  readonly end?: () => void;
}

/**
 * The faults in force, by ids of this process. It exists before the engine does, so that the start can be disturbed,
 * too.
 */
export class Faults {
  readonly #active = new Map<string, Active>();
  #count = 0;
  /** Undefined until the engine runs. */
  engine: EngineFaults | undefined;

  list(): readonly Fault[] {
    return [...this.#active.values()].map(({ fault }) => fault);
  }

  /** @throws ApiError for a fault that cannot be made here. */
  async add(request: FaultRequest): Promise<Fault> {
    const id = String(++this.#count);
    if (!isEngineFault(request)) {
      const fault = { id, ...request };
      this.#active.set(id, { fault });
      return fault;
    }
    if (this.engine === undefined) {
      throw new ApiError("DRS.M00004", message("notReady"), 503);
    }
    const { end, how } = await this.engine.make(request, () => this.#active.delete(id));
    const fault = { id, ...request, ...(how === undefined ? {} : { how }) };
    if (end !== undefined) {
      this.#active.set(id, { fault, end });
    }
    return fault;
  }

  /** Ends all faults. */
  clear(): void {
    for (const { end } of this.#active.values()) {
      end?.();
    }
    this.#active.clear();
  }

  /** Ends one fault. @throws ApiError for an id that there is not. */
  remove(id: string): void {
    const active = this.#active.get(id);
    if (active === undefined) {
      throw new ApiError("DRS.M00007", message("invalidField", { field: "id", reason: id }), 404);
    }
    active.end?.();
    this.#active.delete(id);
  }

  /** The faults that hit a call; each hit counts. */
  hitting(operation: string, path: string): readonly WireFault[] {
    const hits: WireFault[] = [];
    for (const [id, { fault }] of this.#active) {
      if (isEngineFault(fault)) {
        continue;
      }
      if ((fault.operation ?? operation) !== operation || !path.includes(fault.path ?? "")) {
        continue;
      }
      hits.push(fault);
      if (fault.calls === 1) {
        this.#active.delete(id);
      } else if (fault.calls !== undefined) {
        this.#active.set(id, { fault: { ...fault, calls: fault.calls - 1 } });
      }
    }
    return hits;
  }
}
