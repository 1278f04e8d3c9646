/** The schemas of fields of requests. */
import * as v from "valibot";
import { jobDescription, jobName } from "../../drs/schemas";
import { dbTypeOf, dbTypes } from "../engine/engines";
import { ApiError, message } from "../messages";
import type { Job } from "./job";
import { isLimit } from "./limits";

/** @throws ApiError DRS.M00007 for a name that no task can have. */
export function requireJobName(name: string): void {
  requireForm("name", jobName, name);
}

/** @throws ApiError DRS.M00007 for a description that is too long or has characters that it must not have. */
export function requireDescription(description: string): void {
  requireForm("description", jobDescription, description);
}

function requireForm(field: string, schema: v.GenericSchema, value: string): void {
  const result = v.safeParse(schema, value);
  if (!result.success) {
    throw new ApiError("DRS.M00007", message("invalidField", { field, reason: result.issues[0].message }));
  }
}

/** @throws ApiError DRS.M00007 for invalid hours or speeds. */
export function requireLimits(limits: Job["speedLimits"]): void {
  const wrong = limits.find((limit) => !isLimit(limit));
  if (wrong !== undefined) {
    const reason = `${wrong.begin}-${wrong.end} ${wrong.speed} MB/s`;
    throw new ApiError("DRS.M00007", message("invalidField", { field: "speed_limit", reason }));
  }
}

/** @throws ApiError DRS.M00007 where there is no such engine. */
export function requireEngine(engine: string): void {
  if (dbTypeOf(engine) === undefined) {
    throw new ApiError("DRS.M00007", message("noEngine", { engine, engines: dbTypes.join(", ") }));
  }
}
