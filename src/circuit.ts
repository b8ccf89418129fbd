import { circuitsInside, type CircuitInside } from "./circuit-inside.ts";
import { isSessionError, SessionError } from "./core/errors.ts";
import { Deadlines } from "./deadlines.ts";
import type { SessionStore, StoreMethod } from "./stores/store.ts";

/** Options of {@link createCircuit}. */
export interface CircuitOptions {
  /** Seconds that a lookup or a write may take; what is about many records gets ten times as long. */
  readonly timeout: number;
  /** A clock that never jumps, in milliseconds. @default performance.now */
  readonly clock?: (() => number) | undefined;
}

/** A store behind a circuit breaker. */
export interface Circuit {
  /** The store: every method answers in time, or rejects with `ERR_SESSION_STORE`. */
  readonly store: SessionStore;
  /** Calls back when the store goes down, with what it failed with, and when it is back (`undefined`). */
  listen(listener: (failure: Error | undefined) => void): void;
}

/** Seconds of patience with a store, unless an option says otherwise: a guard has answered after 250 ms. */
export const STORE_TIMEOUT = 0.2;
/** How many failures in a row make an outage: one slow answer is none. */
const OUTAGE = 3;
/** How often a store that is down is asked whether it is back. */
const PROBE_MS = 500;
const BULK_FACTOR = 10;

/** Notes that a store asks what is behind it through this circuit and needs no other. */
export function carryCircuit(outer: SessionStore, inside: CircuitInside): void {
  circuitsInside.set(outer, inside);
}

/**
 * Puts a deadline and a circuit breaker before a store. After some timeouts in a row nobody waits any
 * more: calls fail at once, and now and then one is let through to see whether the store is back. Errors that
 * come in time open nothing, since they cost nobody time, and a visitor might cause them.
 *
 * Only lookups and writes of one record say how the store is. What is about many records has a deadline and
 * fails during an outage like all else, but it counts for nothing: it is late where one user has a great
 * many sessions, while lookups succeed, and it succeeds after ten times their patience, while they are late.
 */
export function createCircuit(store: SessionStore, options: CircuitOptions): Circuit {
  const { timeout, clock = () => performance.now() } = options;
  const listeners: ((failure: Error | undefined) => void)[] = [];
  let failures = 0;
  let timeouts = 0;
  let lastFailure: Error | undefined;
  let nextProbe = 0;
  const short = new Deadlines(timeout);
  const long = new Deadlines(timeout * BULK_FACTOR);

  function succeeded(): void {
    const wasDown = failures >= OUTAGE;
    failures = timeouts = 0;
    lastFailure = undefined;
    if (wasDown) for (const listener of listeners) listener(undefined);
  }

  function failed(failure: SessionError, inTime: boolean): void {
    failures++;
    lastFailure = failure;
    if (!inTime) timeouts++;
    if (timeouts >= OUTAGE) nextProbe = clock() + PROBE_MS;
    if (failures === OUTAGE) for (const listener of listeners) listener(failure);
  }

  /**
   * Whether a call may go to the store: always while it answers, and one at a time to see if it does again.
   *
   * @param counts - Whether its answer will tell. A call that tells nothing takes no other's turn.
   */
  function admits(counts: boolean): boolean {
    if (timeouts < OUTAGE) return true;
    if (clock() < nextProbe) return false;
    if (counts) nextProbe = clock() + PROBE_MS + timeout * 1000;
    return true;
  }

  function within<M extends StoreMethod>(method: M, deadlines = short): NonNullable<SessionStore[M]> {
    type Answer = Awaited<ReturnType<NonNullable<SessionStore[M]>>>;
    const counts = deadlines === short;
    const failureOf = (cause: unknown, inTime: boolean): SessionError => {
      const failure = isSessionError(cause, "ERR_SESSION_STORE") ? cause : storeFailure(cause);
      if (counts) failed(failure, inTime);
      return failure;
    };
    const asking = (...args: never[]): Promise<Answer> => {
      // A new error each time: one that many share would gather what each adds to it.
      if (!admits(counts)) return Promise.reject(storeFailure(lastFailure?.cause));
      return new Promise<Answer>((resolve, reject) => {
        const call = deadlines.begin(() => reject(failureOf(new TimeoutError(deadlines.patience), false)));
        const answered = (answer: Answer): void => {
          if (!deadlines.end(call)) return;
          if (counts) succeeded();
          resolve(answer);
        };
        const broke = (error: unknown): void => {
          if (deadlines.end(call)) reject(failureOf(error, true));
        };
        try {
          const asked = (store[method] as (...all: never[]) => Promise<Answer>)(...args);
          Promise.resolve(asked).then(answered, broke);
        } catch (error) {
          // A method that throws at once rejects like any other.
          broke(error);
        }
      });
    };
    return asking as NonNullable<SessionStore[M]>;
  }

  return {
    store: {
      find: within("find"),
      insert: within("insert"),
      update: within("update"),
      delete: within("delete"),
      ...(store.findByUser && { findByUser: within("findByUser", long) }),
      ...(store.deleteByUser && { deleteByUser: within("deleteByUser", long) }),
      ...(store.deletesAtOnce !== undefined && { deletesAtOnce: store.deletesAtOnce }),
      ...(store.deleteExpired && { deleteExpired: within("deleteExpired", long) }),
      ...(store.watch && { watch: within("watch", long) }),
    },
    listen: (listener) => void listeners.push(listener),
  };
}

class TimeoutError extends Error {
  override readonly name = "TimeoutError";

  constructor(seconds: number) {
    super(`No answer within ${seconds * 1000} ms.`);
  }
}

function storeFailure(cause: unknown): SessionError {
  return new SessionError(
    "ERR_SESSION_STORE",
    "The session store did not answer as it should; its own error is the cause.",
    { cause },
  );
}
