import type * as v from "valibot";
import type { endpoint } from "../../drs/schemas-v5";

/** A database of v5 in the words of v3; what was not given is left out. */
export function loginOf(end: v.InferOutput<typeof endpoint>) {
  const { db_type, endpoint: at, ssl, cloud, vpc } = end;
  const all = {
    ...{ db_type, ip: at?.ip, db_port: at?.db_port ? Number(at.db_port) : undefined },
    ...{ db_user: at?.db_user, db_password: at?.db_password, db_name: at?.db_name },
    ...{ inst_id: at?.instance_id, inst_name: at?.instance_name },
    ...{ region: cloud?.region, project_id: cloud?.project_id, az_code: cloud?.az_code },
    ...{ vpc_id: vpc?.vpc_id, subnet_id: vpc?.subnet_id, security_group_id: vpc?.security_group_id },
    ...{ ssl_link: ssl?.ssl_link, ssl_cert_key: ssl?.ssl_cert_key },
    ...{ ssl_cert_name: ssl?.ssl_cert_name, ssl_cert_check_sum: ssl?.ssl_cert_check_sum },
  };
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  );
}

/** The fields of an endpoint that v3 lacks. */
export function onlyInV5({
  endpoint: at,
  endpoint_type,
  config,
  customized_dns,
}: v.InferOutput<typeof endpoint>) {
  const { id, endpoint_name } = at ?? {};
  return { id, endpoint_name, endpoint_type, node_num: config?.node_num, customized_dns };
}
