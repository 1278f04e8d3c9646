/** Logins of a task, and what the pre-check finds of them. */

const table = "CREATE TABLE t (id int PRIMARY KEY, v int)";

export interface LoginCase {
  readonly title: string;
  /** Run as a superuser in databases of the task's own; `me` is the login of that end. */
  readonly source?: string;
  readonly target?: string;
  readonly finds: readonly string[];
  readonly says?: RegExp;
  /** Whether the remedies, run as they are, make all items pass. */
  readonly heals?: boolean;
  readonly tables?: readonly string[];
}

/** Rights that a login needs, in the words of SQL; `me` is the login, `here` the database. */
export const rights = {
  source: "ALTER ROLE me REPLICATION; GRANT CREATE ON DATABASE here TO me; ALTER TABLE t OWNER TO me",
  target:
    "GRANT pg_create_subscription TO me; GRANT CREATE ON DATABASE here TO me; GRANT CREATE ON SCHEMA public TO me",
};

export const logins: readonly LoginCase[] = [
  { title: "nothing of logins that may do what they need", finds: [] },
  {
    title: "a source's login without rights",
    source:
      "ALTER ROLE me NOREPLICATION; REVOKE CREATE ON DATABASE here FROM me; ALTER TABLE t OWNER TO postgres",
    finds: ["target_reaches_source FAILED", "source_privileges FAILED", "source_object_privileges FAILED"],
    says: /me lacks: REPLICATION, CREATE ON DATABASE here\..*me lacks: OWNER OF public\.t, SELECT ON public\.t\./,
  },
  {
    title: "SELECT on some columns only",
    source: `CREATE ROLE tablesowner; GRANT tablesowner TO me; ALTER TABLE t OWNER TO tablesowner;
      REVOKE SELECT ON t FROM tablesowner; GRANT SELECT (id) ON t TO me`,
    finds: ["source_object_privileges FAILED"],
    says: /me lacks: SELECT ON public\.t/,
    heals: true,
  },
  {
    title: "nothing of SELECT on all columns one by one",
    source: `CREATE ROLE columnsowner; GRANT columnsowner TO me; ALTER TABLE t OWNER TO columnsowner;
      REVOKE SELECT ON t FROM columnsowner; GRANT SELECT (id, v) ON t TO me`,
    finds: [],
  },
  {
    title: "a schema that the login may not use, though it owns the table",
    source:
      "CREATE SCHEMA hidden; CREATE TABLE hidden.h (id int PRIMARY KEY); ALTER TABLE hidden.h OWNER TO me",
    tables: ["hidden.h"],
    finds: ["source_object_privileges FAILED"],
    says: /me lacks: USAGE ON SCHEMA hidden/,
    heals: true,
  },
  {
    title: "row security that applies to the owner",
    source:
      "ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY; CREATE POLICY one ON t USING (v = 1)",
    finds: ["source_object_privileges FAILED", "target_objects ALARM"],
    says: /Row security hides rows of public\.t from user me.*BYPASSRLS.*NO FORCE/,
  },
  {
    title: "row security of a partition",
    source: `CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);
      CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); ALTER TABLE p OWNER TO me; ALTER TABLE p1 OWNER TO me;
      ALTER TABLE p1 ENABLE ROW LEVEL SECURITY; ALTER TABLE p1 FORCE ROW LEVEL SECURITY`,
    tables: ["p"],
    finds: ["source_object_privileges FAILED", "source_partitions ALARM"],
    says: /rows of public\.p1 from user me/,
  },
  {
    title: "nothing of row security that the owner is not subject to, but that it is not carried",
    source: "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
    finds: ["target_objects ALARM"],
  },
  {
    title: "a target's login without rights",
    target:
      "REVOKE pg_create_subscription FROM me; REVOKE CREATE ON DATABASE here FROM me; REVOKE CREATE ON SCHEMA public FROM me",
    finds: [
      "target_reaches_source ALARM",
      "target_privileges FAILED",
      "target_objects ALARM",
      "target_object_privileges FAILED",
    ],
    says: /me lacks: pg_create_subscription, CREATE ON DATABASE here\..*me lacks: CREATE ON SCHEMA public\./,
    heals: true,
  },
  {
    title: "a schema of the target where the login may not create",
    target: "REVOKE CREATE ON SCHEMA public FROM me",
    finds: ["target_objects FAILED", "target_object_privileges FAILED"],
    says: /me lacks: CREATE ON SCHEMA public\. Grant these privileges/,
  },
  {
    title: "a member that may not become the owner",
    target: `${table}; CREATE ROLE own_t; ALTER TABLE t OWNER TO own_t; GRANT own_t TO me WITH SET FALSE, INHERIT TRUE`,
    finds: ["target_object_privileges FAILED"],
    says: /me lacks: SET ROLE own_t \(OWNER OF public\.t\)/,
    heals: true,
  },
  {
    title: "nothing of a member that may become the owner",
    target: `${table}; CREATE ROLE own_s; ALTER TABLE t OWNER TO own_s; GRANT own_s TO me WITH SET TRUE, INHERIT TRUE`,
    finds: [],
  },
  {
    title: "an owner whose own rights were revoked",
    target: `${table}; ALTER TABLE t OWNER TO me; REVOKE SELECT, INSERT, TRUNCATE ON t FROM me`,
    finds: ["target_object_privileges FAILED"],
    says: /me lacks: SELECT, INSERT, TRUNCATE ON public\.t/,
    heals: true,
  },
  {
    title: "row security of the target that applies to the role that writes",
    target: `${table}; ALTER TABLE t OWNER TO me; ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY`,
    finds: ["target_object_privileges FAILED"],
    says: /PostgreSQL does not replicate into public\.t/,
    heals: true,
  },
  {
    title: "read-only transactions of both logins",
    source: "ALTER ROLE me SET default_transaction_read_only = on",
    target: "ALTER ROLE me SET default_transaction_read_only = on",
    finds: [
      "target_reaches_source ALARM",
      "source_read_write FAILED",
      "target_read_write FAILED",
      "target_objects ALARM",
    ],
    says: /Transactions of user me at the source database are read-only/,
    heals: true,
  },
  {
    title: "few connections of the role",
    source: "ALTER ROLE me CONNECTION LIMIT 2",
    finds: ["source_connections FAILED"],
    says: /ROLE me of the source database allows 2 connections, 0 are in use, and the task needs 8/,
    heals: true,
  },
  {
    title: "few connections of the database",
    target: "ALTER DATABASE here CONNECTION LIMIT 2",
    finds: ["target_connections FAILED"],
    says: /DATABASE here of the target database allows 2 connections/,
    heals: true,
  },
];
