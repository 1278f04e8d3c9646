/** What the code's own constants allow: how many requests a window sends, and how old what it shows may be. */
import { pollIntervalsOf } from "../../src/connections/poll-intervals";
import { rateWindowMs } from "../../src/drs/rate-limiter";
import { pageSize } from "../../src/tasks/list-reader";

/** Of the service, for all that a user sends in `rateWindowMs`. */
const serviceLimit = 200;
/** The default of `drs.cloud.requestBudget`. */
const budget = 120;
const minute = 60_000;
const { background, perRequest, steady } = pollIntervalsOf.cloud;

/** A connection with so many tasks: what one window sends in a minute, and after how long it has read all of them. */
function reading(tasks: number): { readonly perMinute: number; readonly allAfter: number } {
  const pages = Math.ceil(tasks / pageSize);
  // Beside the pages: the failed tasks and their number, once a minute, and details of those that failed.
  const others = 3;
  const pause = Math.max(steady, (pages + others) * perRequest);
  const perMinute = ((Math.min(pages, pause / perRequest) + others) * minute) / pause;
  const most = minute / perRequest;
  return {
    perMinute: Math.min(perMinute, most),
    allAfter: Math.max(pause, pages * (minute / (most - others))),
  };
}

const number = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 1 });

/** The rows of the table in docs/scale.md. */
export function scaleRows(): readonly string[] {
  const perConnection = [100, 1_000, 10_000, 100_000].map((tasks) => {
    const { perMinute, allAfter } = reading(tasks);
    return `| ${number(tasks)} tasks in one connection, looked at | ${number(perMinute)} | ${number((serviceLimit * minute) / rateWindowMs)} | every ${number(allAfter / minute)} min |`;
  });
  const hidden = (minute / background) * 4;
  return [
    `| the most that a window's connection may send | ${number((budget * minute) / rateWindowMs)} | ${number((serviceLimit * minute) / rateWindowMs)} | |`,
    `| 100 tasks in one connection, view hidden | ${number(hidden)} | ${number((serviceLimit * minute) / rateWindowMs)} | every ${number(background / minute)} min |`,
    ...perConnection,
    `| 100 connections with 1,000 tasks each, looked at, all of one user | ${number(100 * reading(1_000).perMinute)} | ${number((serviceLimit * minute) / rateWindowMs)} | not at this pace |`,
    `| the same, a user of its own for each | ${number(100 * reading(1_000).perMinute)} | ${number((100 * serviceLimit * minute) / rateWindowMs)} | every ${number(reading(1_000).allAfter / minute)} min |`,
    `| 1,000 developers, each a user of their own, 1,000 tasks, looked at | ${number(1_000 * reading(1_000).perMinute)} | ${number((1_000 * serviceLimit * minute) / rateWindowMs)} | every ${number(reading(1_000).allAfter / minute)} min |`,
    `| 1,000 developers with one access key, view hidden | ${number(1_000 * hidden)} | ${number((serviceLimit * minute) / rateWindowMs)} | not possible |`,
  ];
}

/** The rows of the table of one window in docs/scale.md. @param measured figures of docs/speed.json by their id. */
export function windowRows(measured: Readonly<Record<string, number>>): readonly string[] {
  const { memory = 0, statusRows = 0, growth = 0, delaysGrowth = 0, rowsAtOnce = 0 } = measured;
  const heap = (tasks: number) => `${number(Math.round((memory * tasks) / 1e6))} MB`;
  const drawn = `some ${number(Math.round(statusRows / 100) * 100)}`;
  return [
    `| heap beside the service's answers (${number(Math.round(memory))} bytes a task) | ${heap(10_000)} | ${heap(100_000)} |`,
    `| a reading in which one task changed: rows drawn again | ${drawn} | ${drawn} |`,
    `| a reading in which every delay changed: processor time (exponent ${growth.toFixed(2)}, from 1,000 to 10,000 tasks ${number(delaysGrowth)}-fold) | 1 | ${number(Math.round(10 ** growth))} times that |`,
    `| rows handed to VS Code at once, at most | ${rowsAtOnce} | ${rowsAtOnce} |`,
  ];
}
