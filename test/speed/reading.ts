import { failed, LargeService, running } from "./large-service";
import { exponentOf, type Figure, median, medianCpu, parseCpu } from "./measure";
import type { World } from "./world";
import { open } from "./world";

/** Statuses of a mixed list: five groups of two thousand tasks each. */
const mixed = [running, failed, "PAUSING", "FULL_TRANSFER_STARTED", "CONFIGURATION"] as const;

interface Cost {
  /** CPU of everything that follows, in milliseconds. */
  readonly cpu: number;
  /** As multiples of `JSON.parse` of the same tasks, each measured just before. */
  readonly ratio: number;
}

/** A whole list in which every delay changed, read page by page. */
async function delays(count: number, rounds: number): Promise<Cost> {
  return await using(new LargeService(count), async (world) => {
    const spent: number[] = [];
    const ratios: number[] = [];
    const json = world.json();
    for (let round = 2; round < rounds + 2; round++) {
      world.service.delay(round);
      const parse = await parseCpu(json);
      const cpu = await medianCpu(1, () => world.cycle());
      spent.push(cpu);
      ratios.push(cpu / parse);
    }
    return { cpu: median(spent), ratio: median(ratios) };
  });
}

/** One task fails, and runs again, among many: rows that are drawn again, and CPU. */
async function oneStatus(count: number, rounds: number) {
  return await using(new LargeService(count, mixed), async (world) => {
    const rows: number[] = [];
    const spent: number[] = [];
    for (let round = 0; round < rounds; round++) {
      world.tree.asked = 0;
      world.service.set([0], round % 2 === 0 ? failed : running);
      spent.push(await medianCpu(1, () => world.read(world.service.id(0))));
      rows.push(world.tree.asked);
    }
    return { rows: Math.max(...rows), cpu: median(spent) };
  });
}

/** The heaviest single reading, which is at most one block: many fail at once, and more rows are asked for. */
async function heaviest(count: number) {
  return await using(new LargeService(count), async (world) => {
    const some = Array.from({ length: 500 }, (_, index) => index * Math.floor(count / 500));
    const spent: number[] = [];
    for (let round = 0; round < 4; round++) {
      world.service.set(some, round % 2 === 0 ? failed : running);
      const readings: number[] = [];
      for (let reading = 0; reading < Math.ceil(count / 400) + 1; reading++) {
        readings.push(await medianCpu(1, () => world.read()));
      }
      spent.push(Math.max(...readings));
    }
    const more = await medianCpu(3, () => world.view.showMore("cloud", "status/incremental"));
    return { failing: median(spent), more };
  });
}

async function using<T>(service: LargeService, work: (world: World) => Promise<T>): Promise<T> {
  const world = await open(service);
  try {
    return await work(world);
  } finally {
    world.close();
  }
}

export async function reading(long: boolean): Promise<readonly Figure[]> {
  const small = await delays(1_000, long ? 15 : 5);
  const large = await delays(10_000, long ? 9 : 3);
  const change = await oneStatus(10_000, long ? 40 : 10);
  const base: readonly Figure[] = [
    {
      id: "delays",
      what: "every delay of 10,000 tasks changed: store, tree, alerts, badge, status bar, as multiples of `JSON.parse` of the tasks",
      ...{ kind: "ratio", value: large.ratio, bound: 4 },
    },
    {
      id: "delaysGrowth",
      what: "the same, as multiples of that of 1,000 tasks",
      ...{ kind: "ratio", value: large.cpu / small.cpu, bound: 12 },
    },
    {
      id: "statusRows",
      what: "one status changed among 10,000 tasks: rows drawn again (`getTreeItem`)",
      ...{ kind: "count", value: change.rows, bound: 410 },
    },
    {
      id: "statusCpu",
      what: "the same: CPU, ms",
      ...{ kind: "ms", value: change.cpu, bound: 5 },
    },
  ];
  return long ? [...base, ...(await blocks()), await growth(small, large)] : base;
}

async function blocks(): Promise<readonly Figure[]> {
  const { failing, more } = await heaviest(10_000);
  return [
    {
      id: "failingBlock",
      what: "500 of 10,000 tasks fail and recover: CPU of the heaviest reading, which is the longest possible block, ms",
      ...{ kind: "ms", value: failing, bound: 50 },
    },
    {
      id: "moreBlock",
      what: "*Show 200 more* in 10,000 tasks: CPU, ms",
      ...{ kind: "ms", value: more, bound: 50 },
    },
  ];
}

async function growth(small: Cost, large: Cost): Promise<Figure> {
  const [tiny, huge] = [await delays(100, 25), await delays(50_000, 3)];
  const value = exponentOf([
    [100, tiny.cpu],
    [1_000, small.cpu],
    [10_000, large.cpu],
    [50_000, huge.cpu],
  ]);
  return {
    id: "growth",
    what: "how the CPU of such a reading grows from 100 to 50,000 tasks: exponent",
    ...{ kind: "ratio", value, bound: 1.05 },
  };
}
