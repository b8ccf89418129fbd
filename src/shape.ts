import { SessionError } from "./core/errors.ts";
import { isPlainObject, type Data } from "./core/json.ts";
import { chain, type MaybePromise } from "./core/maybe-promise.ts";
import { issuePaths, type StandardSchema, type StandardSchemaResult } from "./core/standard-schema.ts";
import { toJson } from "./core/to-json.ts";
import type { RejectionReason } from "./events.ts";

/** What kept data turned out to be: JSON of this version, or not usable. */
export type Read = { readonly json: string } | { readonly rejected: RejectionReason };

/** What the application says of its data. */
export interface ShapeOptions {
  readonly schema: StandardSchema | undefined;
  readonly version: number;
  readonly migrate: ((data: unknown, version: number) => unknown) | undefined;
}

/** What a schema and a migration make of data. */
export interface Shaping {
  /** Brings kept data to this version and checks it. */
  read(json: string, version: number): MaybePromise<Read>;
  /** Checks data before it is kept. @throws SessionError `ERR_SESSION_INVALID_DATA` */
  validate(data: Data): MaybePromise<Data>;
}

/** Applies the schema, the migration or both; see `shapeOf` for data that has neither. */
export function createShaping(options: ShapeOptions): Shaping {
  const { schema, version, migrate } = options;

  const check = (value: unknown): MaybePromise<StandardSchemaResult<unknown>> =>
    schema === undefined ? { value } : schema["~standard"].validate(value);

  const checked = (value: unknown): MaybePromise<Read> =>
    chain(check(value), (result): Read => {
      if (result.issues !== undefined || !isPlainObject(result.value)) return { rejected: "invalid-data" };
      return { json: toJson(result.value) };
    });

  return {
    read(json, kept) {
      if (kept === version) return schema === undefined ? { json } : checked(JSON.parse(json));
      if (kept > version || migrate === undefined) return { rejected: "version" };
      return chain(migrate(JSON.parse(json), kept), (migrated) =>
        migrated === undefined ? { rejected: "version" } : checked(migrated),
      );
    },

    validate: (data) =>
      chain(check(data), (result) => {
        if (result.issues === undefined && isPlainObject(result.value)) return result.value;
        throw new SessionError(
          "ERR_SESSION_INVALID_DATA",
          `The schema refused the session's data at: ${issuePaths(result.issues ?? [])}. Nothing was kept.`,
        );
      }),
  };
}
