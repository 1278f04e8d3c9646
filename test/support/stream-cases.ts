/** What happens to the tables of a running task, by what a look at its stream must say of it. */

/** The tables of the cases, with rows. */
export const stock =
  "CREATE TABLE stock (id int PRIMARY KEY, n int); INSERT INTO stock SELECT g, g FROM generate_series(1, 100) g;";
export const events = `CREATE TABLE ev (id int, day int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
  CREATE TABLE ev1 PARTITION OF ev FOR VALUES FROM (0) TO (10); CREATE TABLE ev2 PARTITION OF ev FOR VALUES FROM (10) TO (20);
  INSERT INTO ev VALUES (1, 1), (2, 2), (3, 11);`;

export interface Deed {
  readonly at: "source" | "target";
  /** `{schema}`, `{publication}` and `{subscription}` are the task's; names without a schema are in its schema. */
  readonly sql: string;
}
export const source = (sql: string): Deed => ({ at: "source", sql });
const target = (sql: string): Deed => ({ at: "target", sql });

export interface Case {
  readonly what: string;
  /** The table, made and filled at the source. */
  readonly table?: "stock" | "ev";
  /** What is there besides. */
  readonly given?: readonly Deed[];
  readonly deeds: readonly Deed[];
}

/** The stream loses rows. */
export interface Loss extends Case {
  /** Whether all tables of its task lose them, so that it needs a task of its own. */
  readonly whole?: boolean;
  readonly code: string;
  /** What the error says. */
  readonly says: RegExp;
}

export const losses: readonly Loss[] = [
  {
    what: "a table is dropped and created again at the source",
    deeds: [
      source(
        "DROP TABLE stock; CREATE TABLE stock (id int PRIMARY KEY, n int); INSERT INTO stock VALUES (1000, 1)",
      ),
    ],
    code: "LS004",
    says: /\w+\.stock of the source database was replaced/,
  },
  {
    what: "a table is exchanged by renaming at the source",
    deeds: [
      source(`BEGIN; CREATE TABLE n (LIKE stock INCLUDING ALL); INSERT INTO n SELECT * FROM stock;
        ALTER TABLE stock RENAME TO o; ALTER TABLE n RENAME TO stock; COMMIT; UPDATE stock SET n = n + 1`),
    ],
    code: "LS004",
    says: /\w+\.stock of the source database was replaced/,
  },
  {
    what: "a replaced table is published by hand",
    deeds: [
      source(`BEGIN; DROP TABLE stock; CREATE TABLE stock (id int PRIMARY KEY, n int);
        ALTER PUBLICATION {publication} ADD TABLE stock; COMMIT`),
    ],
    code: "LS004",
    says: /\w+\.stock of the source database was replaced/,
  },
  {
    what: "a table is dropped at the source",
    deeds: [source("DROP TABLE stock")],
    code: "LS003",
    says: /\w+\.stock no longer exists in the source/,
  },
  {
    what: "the publication is dropped",
    whole: true,
    deeds: [source("DROP PUBLICATION {publication}; UPDATE stock SET n = n + 1")],
    code: "LS001",
    says: /publication of this task was dropped or renamed/,
  },
  {
    what: "the publication is dropped and made again",
    whole: true,
    deeds: [
      source(`BEGIN; DROP PUBLICATION {publication}; CREATE PUBLICATION {publication} FOR TABLE stock
        WITH (publish_via_partition_root = true); COMMIT`),
    ],
    code: "LS001",
    says: /publication of this task was dropped/,
  },
  {
    what: "the publication does not publish deletes any more",
    whole: true,
    deeds: [source("ALTER PUBLICATION {publication} SET (publish = 'insert, update')")],
    code: "LS002",
    says: /does not publish delete, truncate/,
  },
  {
    what: "a partitioned table is not published as one any more",
    whole: true,
    table: "ev",
    deeds: [source("ALTER PUBLICATION {publication} SET (publish_via_partition_root = false)")],
    code: "LS002",
    says: /publish_via_partition_root/,
  },
  {
    what: "a table is taken out of the publication",
    deeds: [source("ALTER PUBLICATION {publication} DROP TABLE stock")],
    code: "LS005",
    says: /\w+\.stock was removed from the publication/,
  },
  {
    what: "a table leaves the publication and comes back before anybody looks",
    deeds: [
      source(`BEGIN; ALTER PUBLICATION {publication} DROP TABLE stock; UPDATE stock SET n = n + 1;
        ALTER PUBLICATION {publication} ADD TABLE stock; COMMIT`),
    ],
    code: "LS005",
    says: /\w+\.stock left the publication of this task at the source database and came back/,
  },
  {
    what: "the publication does not publish updates for a moment",
    whole: true,
    deeds: [
      source(`BEGIN; ALTER PUBLICATION {publication} SET (publish = 'insert'); UPDATE stock SET n = n + 1;
        ALTER PUBLICATION {publication} SET (publish = 'insert, update, delete, truncate'); COMMIT`),
    ],
    code: "LS002",
    says: /was altered at the source database since the tables were copied, perhaps altered back/,
  },
  {
    what: "a table is published with a filter",
    deeds: [
      source(
        "ALTER PUBLICATION {publication} DROP TABLE stock; ALTER PUBLICATION {publication} ADD TABLE stock WHERE (id > 50)",
      ),
    ],
    code: "LS005",
    says: /\w+\.stock was removed from the publication/,
  },
  {
    what: "a table is dropped and created again at the target",
    deeds: [
      target("DROP TABLE stock; CREATE TABLE stock (id int PRIMARY KEY, n int)"),
      source("INSERT INTO stock VALUES (500, 1)"),
    ],
    code: "LS006",
    says: /\w+\.stock of the target database was dropped, replaced/,
  },
  {
    what: "a table is dropped at the target",
    deeds: [target("DROP TABLE stock"), source("INSERT INTO stock VALUES (500, 1)")],
    code: "LS006",
    says: /Creating it there is not enough/,
  },
  {
    what: "a table is exchanged by renaming at the target",
    deeds: [
      target("ALTER TABLE stock RENAME TO o; CREATE TABLE stock (LIKE o INCLUDING ALL)"),
      source("INSERT INTO stock VALUES (500, 1)"),
    ],
    code: "LS006",
    says: /\w+\.stock of the target database was dropped, replaced/,
  },
  {
    what: "the subscription loses a table",
    whole: true,
    deeds: [
      source("ALTER PUBLICATION {publication} DROP TABLE stock"),
      target("ALTER SUBSCRIPTION {subscription} REFRESH PUBLICATION"),
      source("ALTER PUBLICATION {publication} ADD TABLE stock"),
    ],
    code: "LS00[56]",
    says: /\w+\.stock/,
  },
  {
    what: "the subscription follows another publication",
    whole: true,
    deeds: [
      source("CREATE PUBLICATION other_{schema}"),
      target("ALTER SUBSCRIPTION {subscription} SET PUBLICATION other_{schema} WITH (refresh = false)"),
      source("UPDATE stock SET n = n + 1"),
    ],
    code: "LS010",
    says: /subscription of this task was altered at the target database \(SET PUBLICATION other_\w+\)/,
  },
  {
    what: "the subscription takes no changes that come from other servers",
    whole: true,
    deeds: [
      target("ALTER SUBSCRIPTION {subscription} SET (origin = none)"),
      source(`SELECT pg_replication_origin_create('{schema}'); SELECT pg_replication_origin_session_setup('{schema}');
        UPDATE stock SET n = n + 1`),
    ],
    code: "LS010",
    says: /\(origin = none\)/,
  },
];

/** Something that will break, or needs a person; the task goes on. */
export interface Concern extends Case {
  readonly code: string;
  readonly says: RegExp;
  /** What else follows from it. */
  readonly also?: string;
  /** What goes on until it is found. */
  readonly meanwhile?: readonly Deed[];
  /** After which the warning is over. */
  readonly heals?: readonly Deed[];
}

export const concerns: readonly Concern[] = [
  {
    what: "a table is renamed at the source",
    deeds: [source("ALTER TABLE stock RENAME TO stock2")],
    code: "LW001",
    says: /\w+\.stock of the source database was renamed to \w+\.stock2/,
    heals: [source("ALTER TABLE stock2 RENAME TO stock")],
  },
  {
    what: "a table is moved to another schema at the target",
    deeds: [target("CREATE SCHEMA elsewhere_{schema}; ALTER TABLE stock SET SCHEMA elsewhere_{schema}")],
    code: "LW001",
    says: /\w+\.stock of the target database was renamed to elsewhere_\w+\.stock/,
    heals: [target("ALTER TABLE elsewhere_{schema}.stock SET SCHEMA {schema}")],
  },
  {
    what: "a key is dropped at the source",
    deeds: [source("ALTER TABLE stock DROP CONSTRAINT stock_pkey")],
    code: "LW002",
    says: /Updates and deletes of \w+\.stock fail in the source/,
    also: "LW026",
    heals: [
      source("ALTER TABLE stock REPLICA IDENTITY FULL"),
      target("ALTER TABLE stock DROP CONSTRAINT stock_pkey"),
    ],
  },
  {
    what: "a key is dropped that was the identity by its index",
    given: [
      source(
        "CREATE UNIQUE INDEX by_n ON stock (n); ALTER TABLE stock ALTER n SET NOT NULL, REPLICA IDENTITY USING INDEX by_n",
      ),
    ],
    deeds: [source("DROP INDEX by_n")],
    code: "LW002",
    says: /\w+\.stock/,
    also: "LW026",
    heals: [
      source("ALTER TABLE stock REPLICA IDENTITY DEFAULT"),
      target("DROP INDEX by_n; ALTER TABLE stock REPLICA IDENTITY DEFAULT"),
    ],
  },
  {
    what: "a partition has no identity any more",
    table: "ev",
    deeds: [source("ALTER TABLE ev1 REPLICA IDENTITY NOTHING")],
    code: "LW002",
    says: /\w+\.ev1/,
    heals: [source("ALTER TABLE ev1 REPLICA IDENTITY DEFAULT")],
  },
  {
    what: "an identity of all columns gets one that is generated",
    given: [source("ALTER TABLE stock REPLICA IDENTITY FULL")],
    deeds: [source("ALTER TABLE stock ADD twice int GENERATED ALWAYS AS (n * 2) STORED")],
    code: "LW002",
    says: /\w+\.stock/,
    heals: [source("ALTER TABLE stock DROP twice")],
  },
  {
    what: "a key is dropped at the target",
    deeds: [target("ALTER TABLE stock DROP CONSTRAINT stock_pkey")],
    code: "LW003",
    says: /\w+\.stock of the target database no longer has a primary key/,
    heals: [target("ALTER TABLE stock ADD PRIMARY KEY (id)")],
  },
  {
    what: "rows are identified in another way at the source",
    given: [source("CREATE UNIQUE INDEX by_n ON stock (n); ALTER TABLE stock ALTER n SET NOT NULL")],
    deeds: [source("ALTER TABLE stock REPLICA IDENTITY USING INDEX by_n")],
    code: "LW027",
    says: /finds rows of table \w+\.stock by the columns id, but the source sends only n as the key/,
    heals: [source("ALTER TABLE stock REPLICA IDENTITY FULL")],
  },
  {
    what: "a key gets more columns at the target",
    deeds: [target("ALTER TABLE stock DROP CONSTRAINT stock_pkey, ADD PRIMARY KEY (id, n)")],
    code: "LW027",
    says: /by the columns id, n, but the source sends only id/,
    also: "LW026",
    heals: [
      target("ALTER TABLE stock DROP CONSTRAINT stock_pkey, ADD PRIMARY KEY (id), ALTER n DROP NOT NULL"),
    ],
  },
  {
    what: "a table's owner may not write it at the target",
    deeds: [
      target("CREATE ROLE barred_{subscription}; ALTER TABLE stock OWNER TO barred_{subscription}"),
      target("REVOKE UPDATE ON stock FROM barred_{subscription}"),
    ],
    code: "LW028",
    says: /user of the target database may no longer write \w+\.stock/,
    heals: [target("GRANT UPDATE ON stock TO barred_{subscription}")],
  },
  {
    what: "a key gets more columns at the source",
    deeds: [source("ALTER TABLE stock DROP CONSTRAINT stock_pkey, ADD PRIMARY KEY (id, n)")],
    code: "LW026",
    says: /rejects rows of it that the source permits: UNIQUE stock_pkey \(id\)/,
    heals: [target("ALTER TABLE stock DROP CONSTRAINT stock_pkey, ADD PRIMARY KEY (id, n)")],
  },
  {
    what: "the target gets a unique index",
    deeds: [target("CREATE UNIQUE INDEX by_n ON stock (n)")],
    code: "LW026",
    says: /rejects rows of it that the source permits: UNIQUE by_n \(n\)/,
    heals: [target("DROP INDEX by_n")],
  },
  {
    what: "the target gets an exclusion constraint",
    deeds: [target("ALTER TABLE stock ADD CONSTRAINT apart EXCLUDE USING btree (n WITH =)")],
    code: "LW026",
    says: /EXCLUDE apart \(n\)/,
    heals: [target("ALTER TABLE stock DROP CONSTRAINT apart")],
  },
  {
    what: "a column is NOT NULL at the target",
    deeds: [target("ALTER TABLE stock ALTER n SET NOT NULL")],
    code: "LW026",
    says: /NOT NULL n\./,
    heals: [source("ALTER TABLE stock ALTER n SET NOT NULL")],
  },
  {
    what: "a check is dropped at the source",
    given: [source("ALTER TABLE stock ADD CONSTRAINT small CHECK (n < 1000)")],
    deeds: [source("ALTER TABLE stock DROP CONSTRAINT small")],
    code: "LW026",
    says: /CHECK small\./,
    heals: [target("ALTER TABLE stock DROP CONSTRAINT small")],
  },
  {
    what: "a partition is detached at the target",
    table: "ev",
    given: [
      target(`CREATE SCHEMA {schema}; CREATE TABLE ev (id int, day int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
        CREATE TABLE ev1 PARTITION OF ev FOR VALUES FROM (0) TO (10); CREATE TABLE ev2 PARTITION OF ev DEFAULT`),
    ],
    deeds: [target("ALTER TABLE ev DETACH PARTITION ev1")],
    code: "LW005",
    says: /Partition \w+\.ev1 of table \w+\.ev was detached or dropped in the target database, and its rows with it/,
    heals: [target("ALTER TABLE ev ATTACH PARTITION ev1 FOR VALUES FROM (0) TO (10)")],
  },
  {
    what: "a partition with rows is attached",
    table: "ev",
    deeds: [
      source(`CREATE TABLE ev3 (LIKE ev INCLUDING ALL); INSERT INTO ev3 VALUES (4, 21), (5, 22);
        ALTER TABLE ev ATTACH PARTITION ev3 FOR VALUES FROM (20) TO (30)`),
    ],
    code: "LW004",
    says: /Partition \w+\.ev3 was attached to table \w+\.ev in the source/,
    heals: [source("ALTER TABLE ev DETACH PARTITION ev3")],
  },
  {
    what: "a partition is made, filled and attached in one transaction",
    table: "ev",
    deeds: [
      source(`BEGIN; CREATE TABLE ev3 (LIKE ev INCLUDING ALL); INSERT INTO ev3 VALUES (4, 21);
        ALTER TABLE ev ATTACH PARTITION ev3 FOR VALUES FROM (20) TO (30); COMMIT`),
    ],
    code: "LW004",
    says: /\w+\.ev3/,
  },
  {
    what: "a partition is detached, and attached again with more rows",
    table: "ev",
    deeds: [
      source(`ALTER TABLE ev DETACH PARTITION ev2; INSERT INTO ev2 VALUES (9, 12);
        ALTER TABLE ev ATTACH PARTITION ev2 FOR VALUES FROM (10) TO (20)`),
    ],
    code: "LW004",
    says: /\w+\.ev2/,
  },
  {
    what: "a partition is detached",
    table: "ev",
    deeds: [source("ALTER TABLE ev DETACH PARTITION ev2")],
    code: "LW005",
    says: /Partition \w+\.ev2 of table \w+\.ev was detached or dropped/,
  },
  {
    what: "a partition is dropped",
    table: "ev",
    deeds: [source("DROP TABLE ev2")],
    code: "LW005",
    says: /Partition \w+\.ev2/,
  },
  {
    what: "a partition is truncated by itself",
    table: "ev",
    deeds: [source("TRUNCATE ev1")],
    code: "LW006",
    says: /Partition \w+\.ev1 of table \w+\.ev was truncated/,
  },
  {
    what: "row security begins at the target",
    deeds: [
      target(`CREATE ROLE keeper_{subscription}; ALTER TABLE stock OWNER TO keeper_{subscription};
        ALTER TABLE stock ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`),
    ],
    code: "LW008",
    says: /Row security of \w+\.stock applies to the user that writes it in the target/,
    heals: [target("ALTER TABLE stock NO FORCE ROW LEVEL SECURITY")],
  },
  {
    what: "a column is added at the source",
    deeds: [source("ALTER TABLE stock ADD COLUMN w int DEFAULT 3")],
    code: "LW009",
    says: /has the column w \(integer\), which the target's table lacks/,
    heals: [target("ALTER TABLE stock ADD COLUMN w int DEFAULT 3")],
  },
  {
    what: "a column is added at both ends with different defaults",
    deeds: [
      target("ALTER TABLE stock ADD COLUMN w int"),
      source("ALTER TABLE stock ADD COLUMN w int DEFAULT 3"),
    ],
    code: "LW010",
    says: /Column w was added to table \w+\.stock/,
  },
  {
    what: "a column that the target needs is dropped at the source",
    given: [source("ALTER TABLE stock ALTER n SET NOT NULL")],
    deeds: [source("ALTER TABLE stock DROP COLUMN n")],
    code: "LW011",
    says: /Column n of table \w+\.stock is NOT NULL without a default/,
    heals: [target("ALTER TABLE stock DROP COLUMN n")],
  },
  {
    what: "a column gets another type at the source",
    deeds: [source("ALTER TABLE stock ALTER n TYPE bigint USING n * 100")],
    code: "LW012",
    says: /is bigint in the source database and integer in the target/,
  },
  {
    what: "values are rewritten under the same type at the source",
    deeds: [source("ALTER TABLE stock ALTER n TYPE int USING n * 100")],
    code: "LW013",
    says: /rows of table \w+\.stock were rewritten/,
  },
  {
    what: "rows are deleted at the target and then updated at the source",
    deeds: [target("DELETE FROM stock WHERE id <= 5"), source("UPDATE stock SET n = 1")],
    code: "LW014",
    // A worker that hears of the source all the time, but has nothing to commit, keeps its counters to itself.
    meanwhile: [source("UPDATE stock SET n = n + 1 WHERE id = 100")],
    says: /Table \w+\.stock of the target database lacks rows: at least 5 updates and 0 deletes/,
  },
  {
    what: "a table is truncated at the target alone",
    deeds: [target("TRUNCATE stock"), source("INSERT INTO stock VALUES (500, 1)")],
    code: "LW019",
    says: /Table \w+\.stock was truncated in the target database, but not in the source/,
  },
  {
    what: "a column is dropped and added again at the source",
    deeds: [source("ALTER TABLE stock DROP COLUMN n; ALTER TABLE stock ADD COLUMN n int")],
    code: "LW020",
    says: /Column n of table \w+\.stock is another column than before in the source database/,
  },
  {
    what: "a column is dropped and added again at the target",
    deeds: [target("ALTER TABLE stock DROP COLUMN n; ALTER TABLE stock ADD COLUMN n int")],
    code: "LW020",
    says: /Column n of table \w+\.stock is another column than before in the target database/,
  },
  {
    what: "a column takes the name of another at the source",
    given: [source("ALTER TABLE stock ADD COLUMN better int; UPDATE stock SET better = n * 100")],
    deeds: [source("ALTER TABLE stock DROP COLUMN n; ALTER TABLE stock RENAME better TO n")],
    code: "LW020",
    says: /Column n of table \w+\.stock/,
    heals: [target("ALTER TABLE stock DROP COLUMN n; ALTER TABLE stock RENAME better TO n")],
  },
  {
    what: "a column is computed in another way at the source",
    given: [source("ALTER TABLE stock ADD twice int GENERATED ALWAYS AS (n * 2) STORED")],
    deeds: [source("ALTER TABLE stock ALTER twice SET EXPRESSION AS (n * 3)")],
    code: "LW021",
    says: /Column twice of table \w+\.stock is computed in the target database/,
    heals: [target("ALTER TABLE stock ALTER twice SET EXPRESSION AS (n * 3)")],
  },
  {
    what: "a column is not computed any more at the source",
    given: [source("ALTER TABLE stock ADD twice int GENERATED ALWAYS AS (n * 2) STORED")],
    deeds: [source("ALTER TABLE stock ALTER twice DROP EXPRESSION")],
    code: "LW021",
    says: /Column twice of table \w+\.stock is computed in the target database/,
    heals: [target("ALTER TABLE stock ALTER twice DROP EXPRESSION")],
  },
  {
    what: "a label of an enumeration is renamed at the source",
    given: [
      source(`CREATE TYPE renamed AS ENUM ('low', 'high'); ALTER TABLE stock ADD level renamed;
        UPDATE stock SET level = 'low'`),
    ],
    deeds: [source("ALTER TYPE renamed RENAME VALUE 'low' TO 'none'")],
    code: "LW022",
    says: /Type \w+\.renamed is defined in the target database in another way/,
    heals: [target("ALTER TYPE renamed RENAME VALUE 'low' TO 'none'")],
  },
  {
    what: "labels of an enumeration change places at the source",
    given: [
      source(`CREATE TYPE swapped AS ENUM ('low', 'high'); ALTER TABLE stock ADD level swapped;
        UPDATE stock SET level = 'low'`),
    ],
    deeds: [
      source(`ALTER TYPE swapped RENAME VALUE 'low' TO 'x'; ALTER TYPE swapped RENAME VALUE 'high' TO 'low';
        ALTER TYPE swapped RENAME VALUE 'x' TO 'high'`),
    ],
    code: "LW022",
    says: /Type \w+\.swapped/,
  },
  {
    what: "a composite type loses an attribute at the source",
    given: [
      source(
        `CREATE TYPE place AS (x int, y int); ALTER TABLE stock ADD at place[]; UPDATE stock SET at = ARRAY[ROW(1, 2)::place]`,
      ),
    ],
    deeds: [source("ALTER TYPE place DROP ATTRIBUTE x; ALTER TYPE place ADD ATTRIBUTE x int")],
    code: "LW022",
    says: /Type \w+\.place/,
    heals: [target("ALTER TYPE place DROP ATTRIBUTE x; ALTER TYPE place ADD ATTRIBUTE x int")],
  },
  {
    what: "a trigger of the target fires for the source's changes",
    deeds: [
      target(`CREATE FUNCTION {schema}.drops() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER silent BEFORE DELETE ON stock FOR EACH ROW EXECUTE FUNCTION {schema}.drops();
        ALTER TABLE stock ENABLE REPLICA TRIGGER silent`),
      source("DELETE FROM stock WHERE id = 1"),
    ],
    code: "LW025",
    says: /the trigger silent \(\w+\.stock\) of the target database has been firing for replicated changes/,
    heals: [target("ALTER TABLE stock ENABLE TRIGGER silent")],
  },
  {
    what: "a table is unlogged at the target",
    deeds: [target("ALTER TABLE stock SET UNLOGGED")],
    code: "LW023",
    says: /Table \w+\.stock of the target database is unlogged/,
    heals: [target("ALTER TABLE stock SET LOGGED")],
  },
];

/** What users do every day. */
export const calm: readonly Case[] = [
  {
    what: "a table is rewritten to free space",
    deeds: [source("VACUUM FULL {schema}.stock"), target("VACUUM FULL {schema}.stock")],
  },
  {
    what: "a table is rewritten at the target alone, before anybody counted its rows",
    deeds: [
      target("ALTER TABLE stock SET UNLOGGED"),
      target("ALTER TABLE stock SET LOGGED"),
      target("REINDEX TABLE stock"),
    ],
  },
  {
    what: "a trigger of the target fires for its own changes, and the publication gets another owner",
    deeds: [
      target(`CREATE FUNCTION {schema}.drops() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER own BEFORE UPDATE ON stock FOR EACH ROW EXECUTE FUNCTION {schema}.drops()`),
      source(`CREATE ROLE other_{schema} SUPERUSER; ALTER PUBLICATION {publication} OWNER TO other_{schema}`),
    ],
  },
  {
    what: "a table is clustered at the target",
    deeds: [target("CLUSTER stock USING stock_pkey")],
  },
  {
    what: "a table is emptied and filled again, time after time",
    deeds: [1, 2, 3, 4, 5].map((n) =>
      source(
        `TRUNCATE stock; INSERT INTO stock SELECT g, ${n} FROM generate_series(1, 1000) g; ANALYZE stock`,
      ),
    ),
  },
  {
    what: "a table is emptied and filled again",
    deeds: [source("TRUNCATE stock; INSERT INTO stock VALUES (1, 1)")],
  },
  {
    what: "a partitioned table is emptied and rewritten",
    table: "ev",
    deeds: [
      source("TRUNCATE ev"),
      source("INSERT INTO ev VALUES (1, 1)"),
      source("VACUUM FULL {schema}.ev1"),
    ],
  },
  {
    what: "a partition is made and filled",
    table: "ev",
    deeds: [
      source(`CREATE TABLE ev3 PARTITION OF ev FOR VALUES FROM (20) TO (30); INSERT INTO ev VALUES (4, 21);
        CREATE TABLE ev4 (LIKE ev INCLUDING ALL); ALTER TABLE ev ATTACH PARTITION ev4 FOR VALUES FROM (30) TO (40);
        INSERT INTO ev VALUES (5, 31)`),
    ],
  },
  {
    what: "indexes, statistics, privileges and comments change",
    deeds: [
      source(`CREATE INDEX ON stock (n); ALTER TABLE stock ALTER n SET STATISTICS 500; COMMENT ON TABLE stock IS 'x';
        GRANT SELECT (n) ON stock TO public; ALTER TABLE stock ALTER n SET DEFAULT 7`),
      source("ANALYZE stock"),
    ],
  },
  {
    what: "a nullable column is added at both ends, and an old one dropped",
    deeds: [
      target("ALTER TABLE stock ADD COLUMN w text"),
      source("ALTER TABLE stock ADD COLUMN w text; ALTER TABLE stock DROP COLUMN n"),
    ],
  },
  {
    what: "a column is added that the target had before, and an index computes something",
    given: [target("CREATE SCHEMA {schema}; CREATE TABLE stock (id int PRIMARY KEY, n int, w text)")],
    deeds: [source("ALTER TABLE stock ADD COLUMN w text; CREATE INDEX ON stock ((n + 1))")],
  },
  {
    what: "both ends get the same rules, and the target fewer",
    given: [source("ALTER TABLE stock ADD CONSTRAINT small CHECK (n < 1000), ADD UNIQUE (n)")],
    deeds: [
      source("ALTER TABLE stock ALTER n SET NOT NULL; ALTER TABLE stock ADD CONSTRAINT least CHECK (n > 0)"),
      target("ALTER TABLE stock ALTER n SET NOT NULL; ALTER TABLE stock ADD CONSTRAINT least CHECK (n > 0)"),
      target(
        "ALTER TABLE stock DROP CONSTRAINT small, DROP CONSTRAINT stock_n_key; CREATE UNIQUE INDEX ON stock (n, id)",
      ),
    ],
  },
  {
    what: "an enumeration gets a label that the target had before, and other types are made",
    given: [
      source("CREATE TYPE mood AS ENUM ('low', 'high'); ALTER TABLE stock ADD level mood"),
      target("CREATE SCHEMA {schema}; CREATE TYPE mood AS ENUM ('high', 'low', 'more')"),
    ],
    deeds: [
      source("ALTER TYPE {schema}.mood ADD VALUE 'more' AFTER 'low'"),
      source("CREATE TYPE other AS ENUM ('a'); CREATE DOMAIN positive AS int CHECK (value > 0)"),
    ],
  },
];
