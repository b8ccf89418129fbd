import { SessionError } from "./core/errors.ts";
import type { MaybePromise } from "./core/maybe-promise.ts";
import type { EventBody } from "./events.ts";
import type { SessionOptions } from "./options.ts";
import type { ProxyTrust } from "./proxy-trust.ts";
import type { SessionStore } from "./stores/store.ts";

/** What sessions are made of, for what is built on them inside this package: guards and logins. */
export interface SessionParts {
  /** As they were given. */
  readonly options: SessionOptions;
  /** Loads the store behind its circuit breaker; `undefined` for sealed sessions. */
  readonly store: (() => MaybePromise<SessionStore>) | undefined;
  readonly now: () => number;
  readonly emit: (event: EventBody) => void;
  /** Whose word counts for where a request comes from; see `clientAddress`. */
  readonly trust: ProxyTrust;
  /** Whether users can be remembered. */
  readonly canRemember: boolean;
}

const known = new WeakMap<object, SessionParts>();

/** Notes what sessions are made of. */
export function carryParts(sessions: object, parts: SessionParts): void {
  known.set(sessions, parts);
}

/** The parts of what `createSessions` answered. @throws SessionError `ERR_SESSION_CONFIG` of anything else. */
export function partsOf(sessions: object): SessionParts {
  const parts = known.get(sessions);
  if (parts !== undefined) return parts;
  throw new SessionError("ERR_SESSION_CONFIG", "`sessions` must be what createSessions() answered.");
}
