import { isPlainObject } from "./core/json.ts";
import type { SessionOptions } from "./options.ts";
import { createSessions, type Sessions } from "./sessions.ts";

/**
 * Sessions kept by the content of their options, and objects of other options after which there is a warning: an
 * application has one or two, and more come with its requests.
 */
const MAX_KEPT = 64;

const byContent = new Map<string, Sessions<never>>();
/** Options that have no content to be told by. */
const byObject = new WeakMap<object, Sessions<never>>();
let objects = 0;
/** Most applications pass one object. */
let last: { readonly given: object; readonly made: Sessions<never> } | undefined;

/**
 * What `useSession` was given, as sessions. Plain options are recognised by content, so that
 * `useSession({ password })` with a fresh object at every call is set up once. Others are recognised as the object
 * that they are: with a fresh one at every call there would be a circuit breaker for each request, which never opens.
 *
 * @throws SessionError `ERR_SESSION_CONFIG`, `ERR_SESSION_PASSWORD`
 */
export function sessionsOf<T extends object>(given: Sessions<T> | SessionOptions<T>): Sessions<T> {
  if (isSessions(given)) return given;
  // Refused there, with the words for it; nothing that can be kept.
  if (typeof given !== "object" || given === null) return createSessions<T>(given);
  if (last?.given === given) return last.made;

  const content = contentOf(given);
  const known = content === undefined ? byObject.get(given) : byContent.get(content);
  const made = (known as Sessions<T> | undefined) ?? createSessions(given);
  last = { given, made: made as Sessions<never> };
  if (known === undefined) keep(given, content, last.made);
  return made;
}

const FRESH_OBJECTS =
  "coatcheck: useSession() has been given options with a store, a schema or a function in 64 different objects, and sets each of them up. Call createSessions(options) once, where the module is loaded, and pass what it answers.";

function keep(given: object, content: string | undefined, made: Sessions<never>): void {
  if (content === undefined) {
    byObject.set(given, made);
    if (++objects === MAX_KEPT) console.warn(FRESH_OBJECTS);
  } else {
    if (byContent.size >= MAX_KEPT) byContent.clear();
    byContent.set(content, made);
  }
}

function isSessions<T extends object>(given: Sessions<T> | SessionOptions<T>): given is Sessions<T> {
  return typeof (given as Partial<Sessions<T>>)?.open === "function";
}

/** Options as text; `undefined` when they hold what JSON does not tell apart: a function, a store, NaN. */
function contentOf(options: object): string | undefined {
  return Object.values(options).every(isContent) ? JSON.stringify(options) : undefined;
}

function isContent(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object") return ["string", "boolean", "undefined"].includes(typeof value);
  if (value === null) return true;
  return (Array.isArray(value) || isPlainObject(value)) && Object.values(value).every(isContent);
}
