import { SessionError } from "../../core/errors.ts";
import type { StoreChange, StoreWatch } from "../store.ts";

/** What {@link createChannel} needs. */
export interface ChannelOptions {
  /** Starts the store's own watch. */
  readonly watch: (listener: (change: StoreChange) => void) => Promise<StoreWatch>;
  /** Milliseconds between two proofs that the channel works. */
  readonly heartbeat: number;
  /** A clock in milliseconds that is never late. */
  readonly elapsed: () => number;
  /** Told of every change before anybody else is. `missed` stands also for a watch that has (again) been started. */
  readonly onChange: (change: StoreChange) => void;
}

/** The one watch of a store that a cache and everybody who watches the cache live on. */
export interface Channel {
  /**
   * Notes that the cache is in use: that keeps the heart beating.
   *
   * @returns whether the channel is healthy at this moment.
   */
  use(moment: number): boolean;
  /** As {@link SessionStore.watch}. */
  watch(listener: (change: StoreChange) => void): Promise<StoreWatch>;
}

/** How many heartbeats a proof holds: one may come late. */
const LEASE_BEATS = 2;
/** Milliseconds in which a watch has to start, and a proof to come. */
const START_PATIENCE_MS = 5000;
const BEAT_PATIENCE_MS = 2000;
/** So many proofs in a row that did not come make a watch that is given up. */
const LOST_BEATS = 3;
const MAX_PAUSE_MS = 1000;

/**
 * Keeps a watch running while it is used and knows whether it can be relied on: it is healthy from when a
 * `caughtUp()` resolves until {@link LEASE_BEATS} heartbeats after that one was called. Whoever is silent is
 * not healthy.
 */
export function createChannel(options: ChannelOptions): Channel {
  const { elapsed, heartbeat, onChange } = options;
  const listeners = new Set<(change: StoreChange) => void>();
  let current: StoreWatch | undefined;
  let starting: Promise<void> | undefined;
  let healthyUntil = -Infinity;
  let gaps = 0;
  /** Proofs in a row that the current watch owes. */
  let owed = 0;
  let used = false;
  let running = false;

  function tell(change: StoreChange): void {
    if (change.type === "missed") {
      // A proof that was asked for before the gap says nothing of what came after it.
      gaps++;
      healthyUntil = -Infinity;
    }
    onChange(change);
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        console.error("coatcheck: a store's listener threw", error);
      }
    }
  }

  function start(): Promise<void> {
    starting ??= open().finally(() => (starting = undefined));
    return starting;
  }

  async function open(): Promise<void> {
    let late = false;
    const opening = options.watch(tell);
    // One that starts when nobody waits for it any more would run for ever.
    void opening.then((watch) => late && end(watch)).catch(() => undefined);
    try {
      current = await within(START_PATIENCE_MS, opening);
    } catch (error) {
      late = true;
      throw error;
    }
    owed = 0;
    tell({ type: "missed" });
  }

  async function beat(watch: StoreWatch): Promise<void> {
    const began = elapsed();
    const gapsBefore = gaps;
    await within(BEAT_PATIENCE_MS, watch.caughtUp());
    if (gaps === gapsBefore) healthyUntil = began + LEASE_BEATS * heartbeat;
  }

  /** Beats while the cache is used, and brings the watch back while anybody relies on it. */
  async function keep(): Promise<void> {
    running = true;
    let failures = 0;
    while (used || (current === undefined && listeners.size > 0)) {
      used = false;
      try {
        if (current === undefined) await start();
        await beat(current!);
        failures = owed = 0;
      } catch {
        failures++;
        healthyUntil = -Infinity;
        if (current !== undefined && ++owed >= LOST_BEATS) {
          end(current);
          current = undefined;
        }
      }
      await pause(failures === 0 ? heartbeat : Math.min(heartbeat * 2 ** failures, MAX_PAUSE_MS));
    }
    running = false;
  }

  return {
    use(moment) {
      used = true;
      if (!running) void keep();
      return moment < healthyUntil;
    },

    async watch(listener) {
      // A function of its own, so that one listener can watch twice.
      const mine = (change: StoreChange) => listeners.has(mine) && listener(change);
      if (current === undefined) await start();
      listeners.add(mine);
      return {
        async caughtUp() {
          const watch = current;
          await watch?.caughtUp();
          if (watch === undefined || watch !== current) throw interrupted();
        },
        stop: async () => void listeners.delete(mine),
      };
    },
  };
}

/** What does not stop was broken before; its end is nothing to wait for. */
function end(watch: StoreWatch): void {
  void Promise.resolve()
    .then(() => watch.stop())
    .catch(() => undefined);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => unref(setTimeout(resolve, milliseconds)));
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(interrupted()), milliseconds);
    unref(timer);
  });
  return Promise.race([promise, silence]).finally(() => clearTimeout(timer));
}

/** A cache must not keep a process alive; where timers are numbers, they do not. */
function unref(timer: ReturnType<typeof setTimeout>): void {
  (timer as Partial<typeof timer>).unref?.();
}

function interrupted(): SessionError {
  return new SessionError("ERR_SESSION_STORE", "The session store's change channel is interrupted.");
}
