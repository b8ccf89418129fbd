import type { Data } from "../core/json.ts";
import { isEmpty, toJson } from "../core/to-json.ts";
import type { Content } from "../content.ts";
import type { Flash } from "../session.ts";

/** Builds a session's flash values. @param write - Changes what the session holds; see {@link Content}. */
export function createFlash(write: (change: (base: Content) => Content) => Promise<void>): Flash {
  return {
    set: (key, value) =>
      write((base) => ({ ...base, flash: writeFlash({ ...parseFlash(base.flash), [key]: value }) })),
    async take(key) {
      let taken: unknown;
      await write((base) => {
        const { [key]: value, ...rest } = parseFlash(base.flash);
        taken = value;
        return { ...base, flash: writeFlash(rest) };
      });
      return taken;
    },
  };
}

/** The flash values by key, and nothing that an object inherits: the key may be `constructor`. */
function parseFlash(flash: string | undefined): Data {
  const values = flash === undefined ? {} : (JSON.parse(flash) as Data);
  return { __proto__: null, ...values };
}

/** The other way; `undefined` when no value is left. @throws SessionError `ERR_SESSION_UNSERIALIZABLE` */
function writeFlash(values: Data): string | undefined {
  return isEmpty(values) ? undefined : toJson(values);
}
