import { pathToFileURL } from "node:url";
import { lifeEnd } from "../../core/lifetime.ts";
import type { SessionRecord } from "../../core/record.ts";
import type { StandardSchema } from "../../core/standard-schema.ts";
import { shapeOf } from "../../data-shape.ts";
import { UsageError } from "../command.ts";
import type { Verdict } from "./inspection.ts";

/** The form of the data that the application asks for; what is `undefined` is not looked at. */
export interface ExpectedShape {
  readonly version: number | undefined;
  readonly schema: StandardSchema | undefined;
}

/** What happens to a record that its keeper has found, by the rules of every request. */
export async function judge(record: SessionRecord, expected: ExpectedShape, now: number): Promise<Verdict> {
  const end = lifeEnd(record, now);
  if (end !== undefined) return { accepted: false, reason: end };
  const shape = shapeOf({
    schema: expected.schema,
    version: expected.version ?? record.schemaVersion,
    migrate: undefined,
  });
  const read = await shape.read(record.data, record.schemaVersion);
  return "rejected" in read ? { accepted: false, reason: read.rejected } : { accepted: true };
}

/**
 * Loads the application's schema from a module of its own.
 *
 * @param given - `path` or `path#export`; the default export when none is named.
 * @throws UsageError when there is no such module, or no Standard Schema in it.
 */
export async function loadSchema(given: string): Promise<StandardSchema> {
  const [path = "", name = "default"] = given.split("#", 2);
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new UsageError(
      "The module of --schema cannot be loaded: a path is needed, and optionally #export.",
      {
        cause,
      },
    );
  }
  const schema = module[name] as Partial<StandardSchema> | undefined;
  if (typeof schema?.["~standard"]?.validate !== "function")
    throw new UsageError("The export that --schema names is no Standard Schema.");
  return schema as StandardSchema;
}
