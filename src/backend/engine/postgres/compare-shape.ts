/** How both ends of a table are read so that equal values have equal texts, and no others do. */
import { escapeIdentifier } from "pg";
import { type Message, message } from "../../messages";
import type { TableName } from "../table-name";
import type { Row, Session } from "./databases";
import { qualified, scanned } from "./names";

/** One end of a table. */
export interface End {
  readonly session: Session;
  /** Of the table, quoted. */
  readonly name: string;
  /** The table as FROM takes it. */
  readonly from: string;
  readonly isPartitioned: boolean;
  /** In the same order at both ends. */
  readonly columns: readonly string[];
  /** Of the primary key or the replica identity's index, by the source; empty without one. */
  readonly key: readonly KeyColumn[];
  /** Whether texts are hashed in UTF-8, because the ends have other encodings. */
  readonly inUtf8: boolean;
}

export interface KeyColumn {
  readonly name: string;
  /** The type by its own name. As `format_type` has it, `character` would be one character long. */
  readonly type: string;
  /** The operator that says whether two values are equal, with its schema. */
  readonly equals: string;
}

export interface Ends {
  readonly table: TableName;
  readonly source: End;
  readonly target: End;
  /** Why rows that look equal may differ; undefined when they cannot. */
  readonly doubt: Message | undefined;
  /** Columns of one end, which are not compared. */
  readonly note: Message | undefined;
}

interface RelationRow extends Row {
  readonly kind: string;
  readonly encoding: string;
  /** The columns of the primary key, else of the index that is the replica identity. */
  readonly key: readonly string[] | null;
}

const relationSql = `
  SELECT c.relkind::text AS kind, getdatabaseencoding() AS encoding,
         (SELECT (SELECT json_agg(a.attname ORDER BY k.position)
                  FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (attnum, position)
                  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum WHERE k.position <= i.indnkeyatts)
          FROM pg_index i WHERE i.indrelid = c.oid AND (i.indisprimary OR i.indisreplident) AND i.indisvalid
            AND i.indexprs IS NULL AND i.indpred IS NULL
          ORDER BY i.indisprimary DESC LIMIT 1) AS key
  FROM pg_class c WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'p')`;

interface ColumnRow extends Row {
  readonly name: string;
  readonly type: string;
  readonly equals: string;
  readonly generated: boolean;
  /** The parts of the type: elements, attributes and labels, by their place in it. */
  readonly parts: readonly {
    readonly path: string;
    readonly oid: number;
    readonly labels: readonly string[] | null;
  }[];
}

// Types without an operator class of their own, such as enumerations and arrays, are compared by operators of pg_catalog.
const columnsSql = `
  WITH RECURSIVE parts (attnum, path, oid) AS (
    SELECT a.attnum, '' COLLATE "C", a.atttypid FROM pg_attribute a
    WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT parts.attnum, parts.path || inner_type.step, inner_type.oid FROM parts JOIN pg_type t ON t.oid = parts.oid
    CROSS JOIN LATERAL (
      SELECT '[]' AS step, t.typelem AS oid WHERE t.typelem <> 0 AND t.typcategory = 'A'
      UNION ALL SELECT '', t.typbasetype WHERE t.typtype = 'd'
      UNION ALL SELECT '..', r.rngsubtype FROM pg_range r WHERE t.oid IN (r.rngtypid, r.rngmultitypid)
      UNION ALL SELECT format('.%s %s', row_number() OVER (ORDER BY a.attnum), quote_ident(a.attname)), a.atttypid
                FROM pg_attribute a
                WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    ) inner_type WHERE length(parts.path) < 1000)
  SELECT a.attname AS name, a.attgenerated <> '' AS generated,
         quote_ident(n.nspname) || '.' || quote_ident(t.typname) AS type,
         coalesce((SELECT quote_ident(pn.nspname) || '.' || p.oprname
                   FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'
                   JOIN pg_amop s ON s.amopfamily = o.opcfamily AND s.amopstrategy = 3
                     AND s.amoplefttype = o.opcintype AND s.amoprighttype = o.opcintype
                   JOIN pg_operator p ON p.oid = s.amopopr JOIN pg_namespace pn ON pn.oid = p.oprnamespace
                   WHERE o.opcdefault AND o.opcintype = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END),
                  'pg_catalog.=') AS equals,
         (SELECT json_agg(json_build_object('path', parts.path, 'oid', parts.oid::int8, 'labels',
                   (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = parts.oid))
                 ORDER BY parts.path, parts.oid)
          FROM parts WHERE parts.attnum = a.attnum) AS parts
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attname`;

/** How a table is read at both ends; a message says why it cannot be compared at all. */
export async function readEnds(
  sessions: { readonly source: Session; readonly target: Session },
  table: TableName,
): Promise<Ends | Message> {
  const [source, target] = await Promise.all([facts(sessions.source, table), facts(sessions.target, table)]);
  const name = `${table.schema}.${table.table}`;
  if (source === undefined) {
    return message("noTable", { table: name });
  }
  if (target === undefined) {
    return message("targetLacksTable", { table: name });
  }
  const both = source.columns.filter((column) => named(target.columns, column.name) !== undefined);
  const onlySource = source.columns.filter((column) => !both.includes(column));
  const lost = onlySource.filter(({ generated }) => !generated);
  if (lost.length > 0) {
    return message("targetLacksColumn", { table: name, column: names(lost) });
  }
  const onlyTarget = target.columns.filter((column) => named(source.columns, column.name) === undefined);
  const columns = both.map((column) => column.name);
  const key = source.relation.key ?? [];
  const end = (session: Session, of: Facts): End => ({
    session,
    name: qualified(table),
    from: scanned(table, of.relation.kind),
    isPartitioned: of.relation.kind === "p",
    columns,
    key: key.flatMap((column) => named(of.columns, column) ?? []),
    inUtf8: source.relation.encoding !== target.relation.encoding,
  });
  return {
    table,
    source: end(sessions.source, source),
    target: end(sessions.target, target),
    doubt: await doubtOf(sessions.source, source, target, table),
    note:
      onlySource.length + onlyTarget.length === 0
        ? undefined
        : message("columnsOfOneEnd", { table: name, columns: names([...onlySource, ...onlyTarget]) }),
  };
}

interface Facts {
  readonly relation: RelationRow;
  readonly columns: readonly ColumnRow[];
}

async function facts(session: Session, table: TableName): Promise<Facts | undefined> {
  const [relation] = await session.query<RelationRow>(relationSql, [qualified(table)]);
  return relation && { relation, columns: await session.query<ColumnRow>(columnsSql, [qualified(table)]) };
}

function named(columns: readonly ColumnRow[], name: string): ColumnRow | undefined {
  return columns.find((column) => column.name === name);
}

function names(columns: readonly ColumnRow[]): string {
  return columns.map(({ name }) => name).join(", ");
}

/** Why equal texts of rows would not show that the rows are alike. */
async function doubtOf(
  session: Session,
  source: Facts,
  target: Facts,
  table: TableName,
): Promise<Message | undefined> {
  const name = `${table.schema}.${table.table}`;
  const odd = source.columns.find((column) => {
    const other = named(target.columns, column.name);
    return other !== undefined && !isSameType(column, other);
  });
  if (odd !== undefined) {
    return message("typeDiffers", { table: name, column: odd.name, type: odd.type });
  }
  for (const { name: column, parts } of source.columns) {
    if (parts.some(({ path, oid }) => path === "" && oid === oidType)) {
      const [large] = await session.query(
        `SELECT 1 FROM ${scanned(table, source.relation.kind)} t JOIN pg_largeobject_metadata m ON m.oid = t.${escapeIdentifier(column)} LIMIT 1`,
      );
      if (large !== undefined) {
        return message("largeObjects", { table: name, column });
      }
    }
  }
  return undefined;
}

/** The type `oid`, which refers to large objects. */
const oidType = 26;

/** Whether the types have the same attributes and elements, and the target's has the source's labels in their order. */
function isSameType(one: ColumnRow, other: ColumnRow): boolean {
  return (
    one.parts.map(({ path }) => path).join("\n") === other.parts.map(({ path }) => path).join("\n") &&
    one.parts.every(({ labels }, index) => {
      const others = other.parts[index]?.labels;
      return (
        labels === null ||
        others == null ||
        others.filter((label) => labels.includes(label)).join("\n") === labels.join("\n")
      );
    })
  );
}
