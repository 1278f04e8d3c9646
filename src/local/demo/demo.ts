import type { Handlers } from "../api/server";
import type { Clusters } from "../clusters/clusters";
import type { JobStore } from "../jobs/store";
export class Demo {
  constructor(private readonly clusters: Clusters) {}
  async startServers(_store: JobStore): Promise<void> {
    await Promise.all([this.clusters.start("source"), this.clusters.start("target")]);
  }
  async run(_parts: {
    store: JobStore;
    handlers: Handlers;
    setBalance: (a: string, b: number) => Promise<unknown>;
  }): Promise<void> {}
  async stop(): Promise<void> {}
}
