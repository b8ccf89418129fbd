import { SessionError } from "../core/errors.ts";

/** How many passwords may be hashed at once, and how many may wait for it. */
export interface HashQueueOptions {
  /**
   * Hashes that run at once, a whole number from 1. Node computes them in its thread pool
   * (`UV_THREADPOOL_SIZE`, 4 threads): as many as it has threads, and files and DNS wait for them too.
   * @default the number of cores, or of threads in libuv's pool (4) if it is smaller, less one, at least 1
   */
  readonly concurrency?: number | undefined;
  /**
   * Callers that may wait for their turn, a whole number from 0; the next one is refused.
   * @default 32 × `concurrency`
   */
  readonly maxQueue?: number | undefined;
  /** Seconds that a caller waits for its turn at most. @default 5 */
  readonly maxWait?: number | undefined;
}

/** A queue of work that keeps a core busy, of {@link createHashQueue}. */
export interface HashQueue {
  /**
   * Does the work when it is its turn, first come first served.
   *
   * @returns what the work answers; what it throws is passed on.
   * @throws SessionError `ERR_SESSION_BUSY`, with the work not begun, at once when too many are waiting
   *   already and after `maxWait` when it is still not its turn.
   */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Whether whoever came now would be refused. */
  isFull(): boolean;
}

/** As many as libuv has, unless an environment variable says otherwise. */
const UV_THREADS = 4;
const WAITING_PER_PLACE = 32;
const MAX_WAIT = 5;
/** Node starts a timer of more milliseconds at once. */
const LONGEST_WAIT = 2 ** 31 / 1000;

/**
 * Makes a queue that bounds how much of the machine goes into hashing. A flood of logins is refused in time
 * instead of making everything late: memory, the event loop and those who waited first.
 *
 * @throws SessionError `ERR_SESSION_CONFIG`, naming the option and what it takes.
 * @see OWASP ASVS 5.0 2.4.1
 */
export function createHashQueue(options: HashQueueOptions = {}): HashQueue {
  const { concurrency = spareCores() } = options;
  const { maxQueue = WAITING_PER_PLACE * concurrency, maxWait = MAX_WAIT } = options;
  if (!Number.isSafeInteger(concurrency) || concurrency < 1)
    throw wrong("concurrency", "a whole number from 1");
  if (!Number.isSafeInteger(maxQueue) || maxQueue < 0) throw wrong("maxQueue", "a whole number from 0");
  if (typeof maxWait !== "number" || !(maxWait > 0 && maxWait < LONGEST_WAIT))
    throw wrong("maxWait", "a number of seconds above 0");

  // A Set keeps the order of coming, and lets go of whoever gave up without a search.
  const waiting = new Set<() => void>();
  let running = 0;

  const isFull = (): boolean => running >= concurrency && waiting.size >= maxQueue;

  function takeTurn(): Promise<void> {
    if (isFull()) return Promise.reject(busy());
    if (running < concurrency) {
      running++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        waiting.delete(begin);
        reject(busy());
      }, maxWait * 1000);
      waiting.add(begin);
    });
  }

  /** Hands the place on; nobody who comes in between can take it. */
  function passOn(): void {
    const [next] = waiting;
    if (next === undefined) running--;
    else {
      waiting.delete(next);
      next();
    }
  }

  return {
    isFull,

    async run(work) {
      await takeTurn();
      try {
        return await work();
      } finally {
        passOn();
      }
    },
  };
}

/** So that the event loop keeps a core for itself. */
function spareCores(): number {
  const { process } = globalThis;
  const cores = process?.getBuiltinModule?.("node:os")?.availableParallelism?.() ?? 1;
  // Hashes run in the threads that files and names are looked up by: one of them is left over, too.
  const threads = Number(process?.env?.["UV_THREADPOOL_SIZE"] ?? "") || UV_THREADS;
  return Math.max(1, Math.min(cores, threads) - 1);
}

function busy(): SessionError {
  return new SessionError(
    "ERR_SESSION_BUSY",
    "Too many passwords are being hashed: answer 503 with Retry-After.",
  );
}

function wrong(option: string, takes: string): SessionError {
  return new SessionError("ERR_SESSION_CONFIG", `${option} must be ${takes}.`);
}
