import { type Shown, shown } from "../l10n/shown";

const names: Readonly<Record<string, string>> = {
  mysql: "MySQL",
  postgresql: "PostgreSQL",
  oracle: "Oracle",
  mongodb: "MongoDB",
  redis: "Redis",
  kafka: "Kafka",
  taurus: "TaurusDB",
  gaussdbv5: "GaussDB",
  gaussdbv5ha: "GaussDB (centralized)",
  mariadb: "MariaDB",
  sqlserver: "SQL Server",
};

/** How people write an `engine_type`: `mysql-to-kafka` → `MySQL → Kafka`; what is not known stays as it is. */
export function engineName(engineType: string | undefined): Shown | undefined {
  const name = engineType
    ?.split("-to-")
    .map((engine) => (Object.hasOwn(names, engine) ? names[engine] : engine))
    .join(" → ");
  return name === undefined ? undefined : shown(name);
}
