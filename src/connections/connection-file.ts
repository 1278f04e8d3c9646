/** The file in which all windows of a user keep the list of connections. Holds no secret. */
import * as v from "valibot";
import { sites } from "../drs/regions";
import { VersionedFile } from "../storage/versioned-file";
import type { ConnectionList } from "./connection-list";

const place = {
  ...{ id: v.string(), name: v.string(), endpoint: v.string(), projectId: v.string() },
  enterpriseProject: v.optional(v.object({ id: v.string(), name: v.string() })),
};
const connection = v.variant("kind", [
  v.object({ ...place, kind: v.literal("local") }),
  v.object({
    ...place,
    kind: v.literal("cloud"),
    site: v.picklist([...sites.map(({ id }) => id), "private"]),
    region: v.string(),
    iamEndpoint: v.optional(v.string()),
    signIn: v.variant("kind", [
      v.object({ kind: v.picklist(["permanentKey", "temporaryKey", "environment"]) }),
      v.object({ kind: v.literal("user"), domain: v.string(), user: v.string() }),
    ]),
  }),
]);
const list = v.record(
  v.string(),
  v.object({
    revision: v.number(),
    connection: v.optional(connection),
    hidden: v.optional(v.boolean()),
  }),
);

/** The list of connections that all windows share. @param folder the extension's own. */
export function openConnectionFile(folder: string): VersionedFile<ConnectionList> {
  return new VersionedFile<ConnectionList>(folder, "connections", list, {});
}
