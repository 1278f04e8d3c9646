import pg from "pg";
import type { EndLogin } from "../../src/backend/engine/database-login";
import { PostgresEngine } from "../../src/backend/engine/postgres/engine";
import { BackendProcess, makeDataDir, removeDataDir } from "../support/backend-process";
import { describeEngine } from "../support/engine-conformance";

describeEngine("PostgreSQL", async () => {
  const dataDir = makeDataDir();
  const backend = await BackendProcess.startServers(dataDir);
  const engine = new PostgresEngine(() => undefined);
  let count = 0;
  const connection = (server: "source" | "target", database: string): EndLogin => ({
    side: server,
    ...backend.login(server),
    ...{ database, ssl: false },
  });
  return {
    engine,
    databases: async () => {
      const database = `engine_${++count}`;
      await backend.sql("source", "postgres", `CREATE DATABASE ${database}`);
      await backend.sql("target", "postgres", `CREATE DATABASE ${database}`);
      return { source: connection("source", database), target: connection("target", database) };
    },
    sql: async ({ host, port, user, password, database }, text) => {
      const client = new pg.Client({ host, port, user, password, database });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(text)).rows;
      } finally {
        await client.end();
      }
    },
    dispose: async () => {
      await engine.dispose();
      await backend.stop();
      removeDataDir(dataDir);
    },
  };
});
