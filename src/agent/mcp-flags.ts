/** The MCP server's command line. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { isSafeEndpoint } from "../drs/endpoint";
import { defaultDataDir } from "../drs/own-environment";
import { endpointsOf, sites } from "../drs/regions";

/** Which connection the server serves, and whether it may do more than read. */
export type McpFlags = ServingFlags | { readonly kind: "help" };

export type ServingFlags = (
  | { readonly kind: "local"; readonly dataDir: string }
  | { readonly kind: "cloud"; readonly name: string; readonly endpoint: string }
) & { readonly allowControl: boolean };

export const usage = `Usage: drs-mcp --local [--data-dir DIR] | --region REGION | --endpoint URL   [--allow-control]

A Model Context Protocol server over stdio: lists, inspects and explains synchronization tasks; with --allow-control it
also pre-checks, compares, starts, pauses and resumes them. It never ends or deletes one.

--local          the local backend that runs on the data directory
--data-dir DIR   its data directory, unless it is the default one of drs-local
--region REGION  a region of Huawei Cloud, such as cn-north-4
--endpoint URL   the address of a DRS endpoint, such as that of a private site: https, or http on this machine
--allow-control  offers the tools that do more than read; the client is asked to confirm each call, if it can

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
      "allow-control": { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const { local, region, endpoint } = values;
  const dataDir = values["data-dir"];
  const allowControl = values["allow-control"] === true;
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
    return { kind: "local", dataDir: resolve(dataDir ?? defaultDataDir()), allowControl };
  }
  if (region !== undefined) {
    const site = sites.find(({ regions }) => regions.includes(region));
    if (site === undefined) {
      throw new Error(`the region "${region}" is not known; name its address with --endpoint`);
    }
    return { kind: "cloud", name: region, endpoint: endpointsOf(site, region).endpoint, allowControl };
  }
  if (endpoint === undefined || !isSafeEndpoint(endpoint)) {
    throw new Error(
      "--endpoint must be an https address without user, path and query, such as https://drs.example.com",
    );
  }
  const { host, origin } = new URL(endpoint);
  return { kind: "cloud", name: host, endpoint: origin, allowControl };
}
