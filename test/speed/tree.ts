import { LargeService } from "./large-service";
import { type Figure, medianCpu } from "./measure";
import { open } from "./world";

const count = 50_000;

/** A tree of 50,000 tasks, and what they take in memory. */
export async function tree(): Promise<readonly Figure[]> {
  const service = new LargeService(count);
  const before = heap();
  const world = await open(service);
  const bytes = (heap() - before) / count;
  try {
    const paint = await medianCpu(3, () => world.view.redraw());
    const most = world.tree.most;
    // To the end: more until there is no more, then the last part.
    for (let click = 0; click < 10; click++) {
      world.view.showMore("cloud", "status/incremental");
    }
    const [group] = world.tree.childrenOf(undefined);
    const last = world.tree.childrenOf(group).at(-1);
    if (last !== undefined) {
      world.tree.expand(last);
    }
    const end = last && world.tree.childrenOf(last).at(-1);
    const names = [...world.store.snapshot.tasks.values()].sort((a, b) => a.name.localeCompare(b.name));
    const isEnd = end?.kind === "task" && end.id === names.at(-1)?.id;
    return [
      {
        id: "rowsAtOnce",
        what: "tree of 50,000 tasks: rows handed to VS Code at once, at most",
        ...{ kind: "count", value: Math.max(most, world.tree.most), bound: 1_000 },
      },
      {
        id: "endReached",
        what: "the same: clicks that lead to no end of the list",
        ...{ kind: "count", value: isEnd ? 0 : 1, bound: 0 },
      },
      {
        id: "paint",
        what: "the same: CPU until everything is arranged and drawn again, ms",
        ...{ kind: "ms", value: paint, bound: 500 },
      },
      {
        id: "memory",
        what: "heap bytes a task at 50,000, beside the answers of the service",
        ...{ kind: "bytes", value: bytes, bound: 1_200 },
      },
    ];
  } finally {
    world.close();
  }
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
