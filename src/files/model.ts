/** A task as a file (`*.drs-task.json`): the one definition that validation, completion and hover are made from. */
import * as v from "valibot";
import { longestPem } from "../drs/certificates";
import { jobDescription, jobName } from "../drs/schemas";
import type { Bilingual } from "../l10n/bilingual";

/** The description of each field, in the editor and in the field table of the docs. */
export const fieldDocs = {
  file: {
    en: "A DRS synchronization task. Passwords are never written here.",
    zh: "一个 DRS 同步任务。文件中从不保存密码。",
  },
  $schema: { en: "The JSON schema, for other editors.", zh: "供其他编辑器使用的 JSON schema。" },
  name: {
    en: "Name of the task: 4 to 50 letters, digits, hyphens or underscores, unique within the connection.",
    zh: "任务名称：4 到 50 位字母、数字、中划线或下划线，在同一连接内唯一。",
  },
  description: {
    en: "At most 256 characters, without !<>&'\"\\.",
    zh: "最多 256 个字符，不能包含 !<>&'\"\\。",
  },
  engine: {
    en: "The link: the engine of both ends, such as `postgresql` (the default), or of each, such as `mysql-to-kafka`. Completion lists the links that the connection's service has.",
    zh: "链路：两端的数据库引擎，例如 `postgresql`（默认），或分别指定，例如 `mysql-to-kafka`。自动补全会列出该连接的服务所支持的链路。",
  },
  type: {
    en: "`full+incremental`: copy the rows, then follow the changes. `full`: copy once. `incremental`: follow the changes only; the target already has the rows.",
    zh: "`full+incremental`：先复制已有数据，再同步增量。`full`：只复制一次。`incremental`：只同步增量，目标库已有数据。",
  },
  network: {
    en: "How the task's instance reaches the databases: public network (`eip`), VPC (`vpc`), or VPN and Direct Connect (`vpn`).",
    zh: "任务实例访问数据库的网络：公网（`eip`）、VPC（`vpc`）、VPN 或专线（`vpn`）。",
  },
  direction: {
    en: "`up`: into the cloud. `down`: out of the cloud. `non-dbs`: between self-managed databases.",
    zh: "`up`：入云。`down`：出云。`non-dbs`：自建到自建。",
  },
  nodeType: {
    en: "Size of the task's instance. In the cloud, it determines the price.",
    zh: "任务实例的规格。在云上决定价格。",
  },
  subnet: {
    en: "Network ID (UUID) of the subnet in which the instance is created. Required in the cloud; the local backend does not use it.",
    zh: "任务实例所在子网的网络 ID（UUID）。云上必填，本地后端不需要。",
  },
  enterpriseProject: {
    en: "ID of the enterprise project that is billed. If omitted, the default one.",
    zh: "付费的企业项目 ID。不填则为默认企业项目。",
  },
  tags: { en: "Tags of the task: key and value.", zh: "任务标签：键和值。" },
  source: { en: "The database that rows are read from.", zh: "源数据库。" },
  target: { en: "The database that rows are written to.", zh: "目标数据库。" },
  host: { en: "Host name or IP address.", zh: "主机名或 IP 地址。" },
  port: {
    en: "TCP port, 1 to 65535. Required for PostgreSQL.",
    zh: "TCP 端口，1 到 65535。PostgreSQL 必填。",
  },
  database: {
    en: "Name of the database. Required for PostgreSQL.",
    zh: "数据库名称。PostgreSQL 必填。",
  },
  user: {
    en: "User that the task logs in as. Required for PostgreSQL.",
    zh: "任务登录数据库使用的用户。PostgreSQL 必填。",
  },
  password: {
    en: 'Where the password is, never the password itself: `{"secret": "NAME"}` is stored in VS Code\'s secret storage, `{"env": "DRS_NAME"}` is an environment variable. If omitted, you are asked for it.',
    zh: '密码在哪里，而不是密码本身：`{"secret": "名称"}` 保存在 VS Code 的凭据存储中，`{"env": "DRS_名称"}` 为环境变量。不填则询问。',
  },
  secret: { en: "Name of the secret. You are asked for its value once.", zh: "凭证的名称。其值只询问一次。" },
  env: {
    en: "Name of a variable in the environment in which VS Code was started. It begins with DRS_, so that a file cannot name the variables of other programs.",
    zh: "环境变量名称，取自启动 VS Code 时的环境。必须以 DRS_ 开头，使文件无法引用其他程序的变量。",
  },
  ssl: {
    en: "Whether the connection is encrypted. Without `ca`, the server's certificate is not verified.",
    zh: "是否使用加密连接。不填 `ca` 则不校验服务器证书。",
  },
  ca: {
    en: "CA certificates (PEM) that the server's certificate and its name are verified with: a file beside this one or in a folder below, such as `certs/ca.pem`, or the text itself. Needs `ssl`.",
    zh: "用于校验服务器证书及其名称的 CA 证书（PEM）：本文件所在文件夹或其子文件夹中的文件，例如 `certs/ca.pem`，或证书文本。需要 `ssl`。",
  },
  instance: { en: "ID of the cloud database instance.", zh: "云数据库实例 ID。" },
  region: { en: "Region of the instance.", zh: "实例所在区域。" },
  objects: {
    en: 'What is synchronized: `"all"`, or tables and whole schemas. You can edit the objects of a running task from the file.',
    zh: '同步对象：`"all"`，或若干表和整个模式。可以通过文件编辑运行中任务的同步对象。',
  },
  schemas: {
    en: "Names of schemas. Each selects the tables that it has when the task starts.",
    zh: "模式名称，代表任务启动时其中的所有表。",
  },
  tables: {
    en: "Tables as `schema.table`; for engines without schemas, as `database.table`.",
    zh: "表，写作 `schema.table`；没有模式的引擎写作 `database.table`。",
  },
  databases: {
    en: "Names of whole databases. Not for PostgreSQL, whose tasks synchronize the source's one database.",
    zh: "整个数据库的名称。PostgreSQL 任务只同步源库这一个数据库，不使用此项。",
  },
} as const satisfies Record<string, Bilingual>;

type Doc = keyof typeof fieldDocs;

/** A file beside the task file or below: no way up, no drive, no other machine. */
const filePattern = String.raw`(?!\.\.?(?:/|$))[^/\\:]+(?:/(?!\.\.?(?:/|$))[^/\\:]+)*`;
const beginOfText = "-----BEGIN CERTIFICATE-----";
const caPattern = new RegExp(`^(?:\\s*${beginOfText}[\\s\\S]*|${filePattern})$`);

/** Whether `ca` is the certificates themselves and not the name of their file. */
export function isCertificateText(ca: string): boolean {
  return ca.trimStart().startsWith(beginOfText);
}

const identifier = v.pipe(v.string(), v.minLength(1), v.maxLength(63));

/** The schema of a task file, with the docs of its fields in a language. */
export function taskFileSchema(language: keyof Bilingual) {
  const doc = <T>(field: Doc) => v.description<T, string>(fieldDocs[field][language]);
  const named = (field: Doc) => v.pipe(v.string(), v.regex(/^[\w.-]{1,100}$/), doc(field));
  const variable = v.pipe(v.string(), v.regex(/^DRS_\w{1,96}$/, "must begin with DRS_"), doc("env"));
  const password = v.pipe(
    v.union([v.strictObject({ secret: named("secret") }), v.strictObject({ env: variable })]),
    doc("password"),
  );
  const end = v.strictObject({
    host: v.pipe(v.string(), v.minLength(1), doc("host")),
    port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535), doc("port"))),
    database: v.optional(v.pipe(identifier, doc("database"))),
    user: v.optional(v.pipe(identifier, doc("user"))),
    password: v.optional(password),
    ssl: v.optional(v.pipe(v.boolean(), doc("ssl"))),
    ca: v.optional(
      v.pipe(
        v.string(),
        v.maxLength(longestPem),
        v.regex(caPattern, "must be the text of certificates, or a file beside this one or below"),
        doc("ca"),
      ),
    ),
    instance: v.optional(v.pipe(v.string(), doc("instance"))),
    region: v.optional(v.pipe(v.string(), doc("region"))),
  });
  return v.pipe(
    v.strictObject({
      $schema: v.optional(v.pipe(v.string(), doc("$schema"))),
      name: v.pipe(jobName, doc("name")),
      description: v.optional(v.pipe(jobDescription, doc("description"))),
      engine: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9-]{1,64}$/), doc("engine"))),
      type: v.pipe(v.picklist(["full+incremental", "full", "incremental"]), doc("type")),
      network: v.optional(v.pipe(v.picklist(["eip", "vpc", "vpn"]), doc("network"))),
      direction: v.optional(v.pipe(v.picklist(["up", "down", "non-dbs"]), doc("direction"))),
      nodeType: v.optional(
        v.pipe(v.picklist(["micro", "small", "medium", "high", "xlarge", "2xlarge"]), doc("nodeType")),
      ),
      subnet: v.optional(v.pipe(v.string(), v.minLength(1), doc("subnet"))),
      enterpriseProject: v.optional(v.pipe(v.string(), doc("enterpriseProject"))),
      tags: v.optional(v.pipe(v.record(v.string(), v.string()), doc("tags"))),
      source: v.pipe(end, doc("source")),
      target: v.pipe(end, doc("target")),
      objects: v.pipe(
        v.union([
          v.literal("all"),
          v.strictObject({
            databases: v.optional(v.pipe(v.array(identifier), doc("databases"))),
            schemas: v.optional(v.pipe(v.array(identifier), doc("schemas"))),
            tables: v.optional(
              v.pipe(
                v.array(
                  v.pipe(v.string(), v.regex(/^[^.]+\.[^.]+$/, "must be schema.table or database.table")),
                ),
                doc("tables"),
              ),
            ),
          }),
        ]),
        doc("objects"),
      ),
    }),
    doc("file"),
  );
}

export type TaskFile = v.InferOutput<ReturnType<typeof taskFileSchema>>;
export type FileEnd = TaskFile["source"];
export type FileObjects = TaskFile["objects"];

/** `type` of a file → `task_type` of the API. */
export const taskTypes = {
  "full+incremental": "FULL_INCR_TRANS",
  full: "FULL_TRANS",
  incremental: "INCR_TRANS",
} as const satisfies Record<TaskFile["type"], string>;
