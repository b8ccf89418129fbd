/**
 * How often sessions are noted as seen. By default that is once a minute, by a new token or a write to the store: a read that is
 * measured must not write by itself, and no server or task runs for twenty minutes. Longer than the default `idleTimeout` it cannot be.
 */
export const SELDOM_NOTED = { touchInterval: 1200 } as const;

/** Seconds that a store may take to answer: on a busy machine a slow answer must not end the run. Waiting costs the same with any. */
export const PATIENCE = 60;
