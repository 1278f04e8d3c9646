/** How figures are measured: CPU of this process, as medians, against `JSON.parse` in the same run. */

/** One row of the table. */
export interface Figure {
  readonly id: string;
  readonly what: string;
  /** `ratio` and `count` are the same on every machine; `ms` is CPU or wall time on this one. */
  readonly kind: "ratio" | "count" | "bytes" | "ms";
  readonly value: number;
  readonly bound: number;
  /** What is reached where the bound is not; docs/speed.md says why. */
  readonly reached?: number;
}

/** Milliseconds of CPU of this process. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The median CPU time of some work, in milliseconds. */
export async function medianCpu(
  times: number,
  work: (round: number) => Promise<void> | void,
): Promise<number> {
  const spent: number[] = [];
  for (let round = 0; round < times; round++) {
    const begin = cpuMs();
    await work(round);
    spent.push(cpuMs() - begin);
  }
  return median(spent);
}

/** The median CPU time of `JSON.parse`, in milliseconds. */
export async function parseCpu(text: string): Promise<number> {
  const repeated = Math.max(1, Math.ceil(4_000_000 / text.length));
  const all = await medianCpu(9, () => {
    for (let time = 0; time < repeated; time++) {
      JSON.parse(text);
    }
  });
  return all / repeated;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The exponent of the power law that fits best. */
export function exponentOf(points: readonly (readonly [n: number, cost: number])[]): number {
  const logs = points.map(([n, cost]) => [Math.log(n), Math.log(cost)] as const);
  const mean = (at: 0 | 1) => logs.reduce((sum, point) => sum + point[at], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const covariance = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}

export function pick<T>(values: readonly [T, ...T[]], index: number): T {
  return values[index % values.length] ?? values[0];
}
