import type { SqliteConnection } from "./connection.ts";
import type { StoreChange, StoreWatch } from "../store.ts";

type Listener = (change: StoreChange) => void;

/** How often the log is read for what other processes wrote; one reading costs some microseconds. */
const POLL_MS = 20;
/** Whoever is further behind is told that he missed something: that is cheaper for everybody than to catch up. */
const MOST_ROWS = 10_000;

/** Reads the log of changes that the database keeps, and tells it to whoever watches. */
export class SqliteChanges {
  readonly #connection: SqliteConnection;
  readonly #listeners = new Set<Listener>();
  /** The last change that was told. */
  #seq = 0;
  /** Whether the last reading failed. */
  #interrupted = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async watch(listener: Listener): Promise<StoreWatch> {
    // A function of its own, so that one listener can watch twice.
    const mine: Listener = (change) => this.#listeners.has(mine) && listener(change);
    // The position is taken in the same step: of a change from now on, this listener is told.
    await this.#connection.whenFree(() => {
      if (this.#listeners.size === 0) this.#start();
      else this.#read();
      this.#listeners.add(mine);
    });
    return {
      caughtUp: () =>
        this.#connection.whenFree(() => {
          if (this.#listeners.has(mine)) this.#read();
        }),
      stop: async () => {
        this.#listeners.delete(mine);
        if (this.#listeners.size === 0) this.#end();
      },
    };
  }

  /** Tells what is new, if anybody listens; what fails is told when it works again. */
  poll(): void {
    if (this.#listeners.size === 0) return;
    try {
      // A connection that the application has closed cannot even say that.
      if (!this.#connection.taken) this.#read();
    } catch {
      // Remembered by #read, which fails for the same reason.
    }
  }

  close(): void {
    this.#listeners.clear();
    this.#end();
  }

  #start(): void {
    this.#seq = this.#last();
    this.#interrupted = false;
    this.#timer = setInterval(() => this.poll(), POLL_MS);
    this.#timer.unref?.();
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #read(): void {
    try {
      if (this.#interrupted) return this.#miss();
      // From the last one on: it, or the one after it, has to be there.
      const rows = this.#connection
        .statements()
        .changes.all(this.#seq, MOST_ROWS + 1)
        .map(changeOf);
      const first = rows[0]?.seq ?? 0;
      if ((first !== this.#seq && first !== this.#seq + 1) || rows.length > MOST_ROWS) return this.#miss();
      for (const { seq, change } of rows) {
        if (seq > this.#seq) this.#tell(change);
        this.#seq = seq;
      }
    } catch (error) {
      this.#interrupted = true;
      throw error;
    }
  }

  #miss(): void {
    this.#seq = this.#last();
    this.#interrupted = false;
    this.#tell({ type: "missed" });
  }

  #last(): number {
    const row = this.#connection.statements().lastChange.get();
    return Number(Object.values(row as object)[0] ?? 0);
  }

  #tell(change: StoreChange): void {
    for (const listener of this.#listeners) {
      queueMicrotask(() => {
        try {
          listener(change);
        } catch (error) {
          console.error("coatcheck: a store's listener threw", error);
        }
      });
    }
  }
}

function changeOf(answer: unknown): { seq: number; change: StoreChange } {
  const [seq, id, version] = Object.values(answer as object) as [number, string, number | null];
  return { seq, change: version === null ? { type: "deleted", id } : { type: "updated", id, version } };
}
