import type * as v from "valibot";
import type { endpoint } from "../../drs/schemas-v5";

/** A database of v5 in the words of v3; what was not given is left out. */
export function loginOf({ db_type, endpoint: at, ssl, cloud, vpc }: v.InferOutput<typeof endpoint>) {
  const all = {
    ...{ db_type, ip: at?.ip, db_port: at?.db_port ? Number(at.db_port) : undefined },
    ...{ db_user: at?.db_user, db_password: at?.db_password, db_name: at?.db_name },
    ...{ inst_id: at?.instance_id, inst_name: at?.instance_name },
    ...{ region: cloud?.region, project_id: cloud?.project_id, az_code: cloud?.az_code },
    ...{ vpc_id: vpc?.vpc_id, subnet_id: vpc?.subnet_id, security_group_id: vpc?.security_group_id },
    ...{ ssl_link: ssl?.ssl_link, ssl_cert_key: ssl?.ssl_cert_key },
  };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  );
}
