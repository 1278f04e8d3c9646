/** A service that takes every step, as v3, as v5 or as both; each call is noted and held against the service's models. */
import assert from "node:assert/strict";
import type { TablesCaller } from "../../src/drs/client";
import { DrsError } from "../../src/drs/errors";
import { callOf, type OperationTable } from "../../src/drs/operation";
import { operations } from "../../src/drs/operations";
import { misfits, modelOf, type ServiceOperation, serviceOperation, type Version } from "./service-models";

type Input = Readonly<Record<string, unknown>>;

export class ServiceOfVersions implements TablesCaller {
  /** The operations that were called. */
  readonly calls: string[] = [];
  /** What they were sent. */
  readonly sent: (readonly [name: string, input: Input])[] = [];
  readonly versions: Set<Version>;

  /** @param answers by operation; a function is given the input. */
  constructor(
    versions: readonly Version[],
    private readonly answers: Readonly<Record<string, unknown>>,
  ) {
    this.versions = new Set(versions);
  }

  readonly call: TablesCaller["call"] = async (name, input) =>
    (await this.#answer(operations, name, input as Input)) as never;

  readonly callIn: TablesCaller["callIn"] = async (table, name, input) =>
    (await this.#answer(table, name, input as Input)) as never;

  async #answer(table: OperationTable, name: string, input: Input): Promise<unknown> {
    await Promise.resolve();
    const ours = table[name];
    const operation = ours && serviceOperation(ours);
    assert.ok(ours !== undefined && operation !== undefined, name);
    this.calls.push(name);
    this.sent.push([name, input]);
    assert.deepEqual(misfitsOfRequest(operation, input), [], name);
    // What is sent is JSON, in a path that is whole.
    assert.doesNotMatch(callOf(ours, input).path.replace("{project_id}", ""), /[{}]/);
    if (!this.versions.has(operation.version)) {
      const reason = "The API does not exist.";
      throw new DrsError({ operation: name, kind: "notFound", reason, status: 404, code: "APIGW.0101" });
    }
    const answer = this.answers[name];
    assert.ok(answer !== undefined, `${name} is not answered`);
    const given: unknown = typeof answer === "function" ? answer(input) : answer;
    if (given instanceof Error) {
      throw given;
    }
    return given;
  }
}

/** What of a call's input is not as the service's models have it. */
export function misfitsOfRequest(
  { version, request, body }: ServiceOperation,
  input: Input,
): readonly string[] {
  const { body: _, ...named } = modelOf(version, request)?.fields ?? {};
  const inBody = Object.entries(input).filter(([key]) => !(key in named));
  const others = Object.entries(input).filter(([key]) => key in named);
  return [
    ...(body === undefined
      ? inBody.map(([key]) => `${key}: nothing is sent in a body`)
      : misfits(version, body, Object.fromEntries(inBody), "request")),
    ...others.flatMap(([key, value]) => misfits(version, named[key] ?? "", value, "request", key)),
    ...Object.entries(named)
      .filter(([key, type]) => type.endsWith("!") && input[key] == null)
      .map(([key]) => `${key}: required by ${request}`),
  ];
}
