// node scripts/third-party-notices.mjs: writes THIRD-PARTY-NOTICES.txt, the licenses of all that is shipped.
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { noticesOf } from "./notices.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
await writeFile(join(root, "THIRD-PARTY-NOTICES.txt"), await noticesOf(root));
