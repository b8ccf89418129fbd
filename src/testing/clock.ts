/** A clock that stands still until it is told otherwise. */
export interface FakeClock {
  /** The time, in milliseconds since the epoch: hand it to `createSessions` and stores as `now`. */
  readonly now: () => number;
  /** Lets time pass; a negative number turns the clock back. */
  advance(milliseconds: number): void;
  set(milliseconds: number): void;
}

/** @param start - Milliseconds since the epoch. @default 2026-01-01T00:00:00Z */
export function fakeClock(start: number = Date.UTC(2026, 0, 1)): FakeClock {
  let time = start;
  return {
    now: () => time,
    advance(milliseconds) {
      time += milliseconds;
    },
    set(milliseconds) {
      time = milliseconds;
    },
  };
}
