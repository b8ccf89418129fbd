import { sqliteCodeOf, type SqliteConnection } from "./connection.ts";
import type { SqliteStatements } from "./statements.ts";

/** A write: what it does inside the transaction, at once. */
type Write<Result> = (statements: SqliteStatements) => Result;

interface Waiting {
  readonly write: Write<unknown>;
  readonly since: number;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/** What became of a write before the commit. */
type Outcome = { readonly result: unknown } | { readonly error: unknown };

/** One commit holds the process up for some milliseconds at most. */
const MOST_WRITES = 500;
/** Rows of the log beyond which readers that have not come so far are told that they missed something. */
const MOST_CHANGES = 100_000;
const TRIM_AFTER_WRITES = 250;
const TRIM_AFTER_MS = 1000;

/** Too large (18), a constraint (19), a type (20, 25): faults of the one statement, which changed nothing. */
const OWN_FAULTS: ReadonlySet<number | undefined> = new Set([18, 19, 20, 25, undefined]);

/** Gathers the writes of one tick into one durable commit. They happen in the order of asking. */
export class SqliteWrites {
  readonly #connection: SqliteConnection;
  readonly #committed: () => void;
  #waiting: Waiting[] = [];
  /** Who waits for a checkpoint. */
  #checkpoints: (() => void)[] = [];
  #running: Promise<void> | undefined;
  #isEnding = false;
  #untrimmed = 0;
  #trimmedAt = performance.now();

  /** @param committed - Called after every commit, before the writers hear of it. */
  constructor(connection: SqliteConnection, committed: () => void) {
    this.#connection = connection;
    this.#committed = committed;
  }

  /**
   * @param goesOn - Whether it is a part of what was begun before.
   * @returns what the write returned, once it is durable.
   */
  do<Result>(write: Write<Result>, goesOn: boolean = false): Promise<Result> {
    if (this.#isEnding && !goesOn) return Promise.reject(new Error("The session store was closed."));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, since: performance.now(), resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /**
   * Runs a checkpoint, in a turn of its own. Left to the commit that makes the log too long, it keeps the process
   * waiting four times as long as that commit does by itself.
   */
  checkpoint(): Promise<void> {
    return new Promise((resolve) => {
      this.#checkpoints.push(resolve);
      this.#running ??= this.#run();
    });
  }

  /** Takes no more, and resolves when nothing is under way. */
  async end(): Promise<void> {
    this.#isEnding = true;
    // Who has waited for something may go on with something else.
    while (this.#running !== undefined) await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length + this.#checkpoints.length > 0) {
      // After the I/O of this tick, so that its writes are together.
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#checkpoints.length === 0) await this.#commit(this.#waiting.splice(0, MOST_WRITES));
      else {
        this.#connection.checkpoint();
        for (const resolve of this.#checkpoints.splice(0)) resolve();
      }
    }
    this.#running = undefined;
  }

  async #commit(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#connection.whenFree(
        () => this.#connection.transaction(() => this.#perform(batch)),
        batch[0]!.since,
      );
      this.#committed();
      for (const [n, { resolve, reject }] of batch.entries()) {
        const outcome = outcomes[n]!;
        if ("error" in outcome) reject(outcome.error);
        else resolve(outcome.result as never);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  #perform(batch: readonly Waiting[]): Outcome[] {
    const statements = this.#connection.statements();
    const outcomes = batch.map(({ write }): Outcome => {
      try {
        return { result: write(statements) };
      } catch (error) {
        if (OWN_FAULTS.has(sqliteCodeOf(error))) return { error };
        throw error;
      }
    });
    this.#trim(statements, batch.length);
    return outcomes;
  }

  /** Removes old rows of the log now and then, in proportion to what was added. */
  #trim(statements: SqliteStatements, added: number): void {
    this.#untrimmed += added;
    const now = performance.now();
    if (this.#untrimmed < TRIM_AFTER_WRITES && now - this.#trimmedAt < TRIM_AFTER_MS) return;
    statements.trim.run(2 * Math.max(this.#untrimmed, TRIM_AFTER_WRITES), MOST_CHANGES);
    this.#untrimmed = 0;
    this.#trimmedAt = now;
  }
}
