import type { Circuit } from "./circuit.ts";
import type { SessionRecord, SessionStore } from "./stores/store.ts";

/** What a store with a circuit inside is like. */
export interface CircuitInside {
  readonly circuit: Circuit;
  /** Whether the store goes on answering lookups during an outage, from memory. */
  readonly readsOn: boolean;
  /** What `find` would answer from memory, without the promise; `undefined` when the store has to be asked. */
  readonly known: (id: string) => SessionRecord | undefined;
}

/**
 * The circuits that stores have inside, as a cache has one; see `carryCircuit`. Apart from the circuit itself, because
 * `createSessions` has to know of them before it loads what stored sessions need.
 */
export const circuitsInside: WeakMap<SessionStore, CircuitInside> = new WeakMap();
