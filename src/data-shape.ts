import { chain, loadAhead } from "./core/maybe-promise.ts";
import type { ShapeOptions, Shaping } from "./shape.ts";

/** The form that the application gave its data. */
export interface DataShape extends Shaping {
  readonly version: number;
  /** `true` when `read` can be had without awaiting. */
  readonly synchronous: boolean;
}

/**
 * The shape of a session's data. Without schema and migration there is nothing to do; with one of them
 * everything is asynchronous anyway, and what it takes is loaded.
 */
export function shapeOf(options: ShapeOptions): DataShape {
  const { schema, version, migrate } = options;
  if (schema === undefined && migrate === undefined)
    return {
      version,
      synchronous: true,
      read: (json, kept) => (kept === version ? { json } : { rejected: "version" }),
      validate: (data) => data,
    };
  const loaded = loadAhead(async () => (await import("./shape.ts")).createShaping(options));
  return {
    version,
    synchronous: false,
    read: (json, kept) => chain(loaded(), (shaping) => shaping.read(json, kept)),
    validate: (data) => chain(loaded(), (shaping) => shaping.validate(data)),
  };
}
