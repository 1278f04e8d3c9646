/** The secret of a connection, in SecretStorage. */
import type { Secret } from "./connection";

/** The secret in a stored text; undefined when it is not there or damaged. */
export function secretIn(stored: string | undefined): Secret | undefined {
  let value: unknown;
  try {
    value = JSON.parse(stored ?? "null");
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  const text = (name: string) => {
    const field = fields.get(name);
    return typeof field === "string" && field !== "" ? field : undefined;
  };
  const [accessKey, secretKey, securityToken, password] = [
    text("accessKey"),
    text("secretKey"),
    text("securityToken"),
    text("password"),
  ];
  if (password !== undefined) {
    return { password };
  }
  return accessKey === undefined || secretKey === undefined
    ? undefined
    : { accessKey, secretKey, ...(securityToken === undefined ? {} : { securityToken }) };
}
