import { chain, loadAhead } from "./core/maybe-promise.ts";
import type { createShape, DataShape } from "./shape.ts";

/**
 * The shape of a session's data. Without schema and migration there is nothing to do; with one of them everything is asynchronous
 * anyway, and what it takes is loaded.
 */
export function shapeOf(options: Parameters<typeof createShape>[0]): DataShape {
  const { schema, version, migrate } = options;
  if (schema === undefined && migrate === undefined)
    return {
      version,
      synchronous: true,
      read: (json, kept) => (kept === version ? { json } : { rejected: "version" }),
      validate: (data) => data,
    };
  const loaded = loadAhead(async () => (await import("./shape.ts")).createShape(options));
  return {
    version,
    synchronous: false,
    read: (json, kept) => chain(loaded(), (shape) => shape.read(json, kept)),
    validate: (data) => chain(loaded(), (shape) => shape.validate(data)),
  };
}
