/** The MCP server's command line. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { endpointsOf, sites } from "../drs/regions";

/** Which connection the server serves. */
export type McpFlags =
  | { readonly kind: "local"; readonly dataDir: string }
  | { readonly kind: "cloud"; readonly name: string; readonly endpoint: string }
  | { readonly kind: "help" };

export const usage = `Usage: drs-mcp --local [--data-dir DIR] | --region REGION | --endpoint URL

A Model Context Protocol server over stdio: lists, inspects, explains, pre-checks, compares, starts, pauses and resumes
synchronization tasks. It never ends or deletes one.

--local          the local backend that runs on the data directory
--data-dir DIR   its data directory, unless it is the default one of drs-local
--region REGION  a region of Huawei Cloud, such as cn-north-4
--endpoint URL   the address of a DRS endpoint, such as that of a private site

For a cloud, HUAWEICLOUD_SDK_AK, HUAWEICLOUD_SDK_SK and HUAWEICLOUD_SDK_PROJECT_ID must be set.
`;

/** @throws Error whose message says which flag is wrong. */
export function parseMcpFlags(args: readonly string[]): McpFlags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      local: { type: "boolean" },
      "data-dir": { type: "string" },
      region: { type: "string" },
      endpoint: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  const { local, region, endpoint } = values;
  const dataDir = values["data-dir"];
  if (values.help === true) {
    return { kind: "help" };
  }
  if ([local, region, endpoint].filter((value) => value !== undefined).length !== 1) {
    throw new Error("one of --local, --region and --endpoint is needed");
  }
  if (dataDir !== undefined && (local !== true || dataDir === "")) {
    throw new Error("--data-dir names the directory of a backend that --local uses");
  }
  if (local === true) {
    return { kind: "local", dataDir: resolve(dataDir ?? defaultDataDir()) };
  }
  if (region !== undefined) {
    const site = sites.find(({ regions }) => regions.includes(region));
    if (site === undefined) {
      throw new Error(`the region "${region}" is not known; name its address with --endpoint`);
    }
    return { kind: "cloud", name: region, endpoint: endpointsOf(site, region).endpoint };
  }
  if (endpoint === undefined || !URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new Error("--endpoint must be the URL of a DRS endpoint");
  }
  return { kind: "cloud", name: new URL(endpoint).host, endpoint };
}

/** Where `drs-local` keeps its data by default. The two parts share no code; a test compares them. */
export function defaultDataDir(): string {
  const home =
    process.platform === "win32"
      ? (process.env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"))
      : (process.env.XDG_DATA_HOME ?? join(homedir(), ".local", "share"));
  return join(home, "drs-sync-tasks", "local-backend");
}
