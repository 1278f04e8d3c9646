/** A process of its own that answers the list of many tasks from memory, as fast as node:http can. Prints its port. */
import { createServer } from "node:http";
import { pick } from "./measure";

const pageSize = 100;
const engines = ["postgresql", "mysql-to-postgresql", "gaussdbv5-to-kafka"] as const;

/** What the service says of a task in its list: every field of its model (SDK, `JobInfo`). */
function jobOf(index: number): object {
  return {
    id: `${index.toString(16).padStart(8, "0")}-5d1c-4a3b-9c7e-0f1e2d3cjb01`,
    name: `orders-${index % 97}-to-warehouse-${index}`,
    status: "INCRE_TRANSFER_STARTED",
    description: "Orders of the shop for the reports of the warehouse",
    create_time: "2025-11-24 16:00:00",
    engine_type: pick(engines, index),
    net_type: "vpc",
    billing_tag: true,
    job_direction: "up",
    db_use_type: "sync",
    task_type: "FULL_INCR_TRANS",
    children: [],
    node_newFramework: true,
    job_action: {
      available_actions: ["STOP", "FREE", "EDIT", "RESET_DB_PWD"],
      unavailable_actions: ["CREATE", "CHOOSE_OBJECT", "PRE_CHECK", "START", "RESTART", "CONTINUE_JOB"],
      current_action: null,
    },
  };
}

export function pagesOf(count: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(count / pageSize) }, (_, page) => {
    const size = Math.min(pageSize, count - page * pageSize);
    const jobs = Array.from({ length: size }, (__, index) => jobOf(page * pageSize + index));
    return Buffer.from(JSON.stringify({ total_record: count, jobs }));
  });
}

export function serveListing(count: number): void {
  const pages = pagesOf(count);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { cur_page }: { readonly cur_page: number } = JSON.parse(Buffer.concat(chunks).toString());
      const body = pages[cur_page - 1] ?? Buffer.from("{}");
      response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
      response.end(body);
    });
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    console.log(typeof address === "object" ? address?.port : "");
  });
}
