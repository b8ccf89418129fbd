import { NO_DATA } from "./content.ts";
import { SessionError } from "./core/errors.ts";
import type { Data } from "./core/json.ts";
import type { SessionRecord } from "./core/record.ts";
import { utf8Length } from "./core/token.ts";

/** The error of a session that one cookie does not hold, with its largest fields by name and size. */
export function cookieTooLarge(record: SessionRecord, length: number, limit: number): SessionError {
  const fieldsOf = (kind: string, json: string | undefined) =>
    Object.entries(JSON.parse(json ?? NO_DATA) as Data).map(([key, value]) => ({
      key: `${kind}.${key.slice(0, 40)}`,
      bytes: utf8Length(JSON.stringify(value)),
    }));
  const sizes = [...fieldsOf("data", record.data), ...fieldsOf("flash", record.flash)]
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, 3)
    .map(({ key, bytes }) => `${key} (${bytes} bytes)`);
  return new SessionError(
    "ERR_SESSION_COOKIE_TOO_LARGE",
    `The sealed session would take ${length} characters, and a cookie of this name holds ${limit}. The largest fields: ${sizes.join(", ")}. Keep ids instead of objects, or give createSessions a store.`,
  );
}
