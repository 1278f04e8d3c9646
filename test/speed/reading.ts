import { failed, LargeService, running } from "./large-service";
import { type Figure, medianCpu, parseCpu } from "./measure";
import { World } from "./world";

/** A whole list in which every delay changed, read page by page: CPU of all that follows, and of `JSON.parse` of the tasks. */
async function delays(
  count: number,
  rounds: number,
): Promise<{ readonly cpu: number; readonly parse: number }> {
  const world = await World.open(new LargeService(count));
  try {
    let round = 1;
    const spent: number[] = [];
    for (let time = 0; time < rounds; time++) {
      world.service.delay(++round);
      spent.push(await medianCpu(1, () => world.cycle()));
    }
    const cpu = spent.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
    return { cpu, parse: await parseCpu(world.json()) };
  } finally {
    world.close();
  }
}

export async function reading(): Promise<readonly Figure[]> {
  const small = await delays(1_000, 15);
  const large = await delays(10_000, 7);
  const world = await World.open(
    new LargeService(10_000, [running, running, failed, "PAUSING", "FULL_TRANSFER_STARTED"]),
  );
  await world.cycle();
  const asked: number[] = [];
  const spent: number[] = [];
  for (let time = 0; time < 40; time++) {
    world.tree.asked = 0;
    world.service.set([0], time % 2 === 0 ? failed : running);
    spent.push(await medianCpu(1, () => world.read(world.service.id(0))));
    asked.push(world.tree.asked);
  }
  world.close();
  console.log("details", { small, large, asked: asked.join(), spent: spent.join() });
  return [
    { id: "delays", what: "delays", kind: "ratio", value: large.cpu / large.parse, bound: 4 },
    { id: "delaysGrowth", what: "growth", kind: "ratio", value: large.cpu / small.cpu, bound: 12 },
  ];
}
