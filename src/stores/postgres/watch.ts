import { randomBytes } from "node:crypto";
import { postgresQuery, TIMEOUT_MS, type PostgresClient, type PostgresPool } from "./pool.ts";
import type { StoreChange, StoreWatch } from "../store.ts";

/** The listening side of a store: one connection, whatever the number of watches. */
export interface PostgresChannel {
  watch(listener: (change: StoreChange) => void): Promise<StoreWatch>;
  /** Ends every watch. */
  close(): void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/**
 * Listens on a PostgreSQL channel while somebody watches. A connection that is lost is made anew, and then
 * the watchers are told that they have `missed` something; until then `caughtUp` rejects.
 */
export function postgresChannel(pool: () => Promise<PostgresPool>, channel: string): PostgresChannel {
  const listeners = new Set<(change: StoreChange) => void>();
  const proofs = new Map<string, () => void>();
  let connection: Connection | undefined;
  let opening: Promise<Connection> | undefined;
  let interrupted = false;
  let pause = FIRST_PAUSE_MS;
  let timer: NodeJS.Timeout | undefined;
  let proving: Promise<void> | undefined;
  let proveNext: Promise<void> | undefined;

  function tell(change: StoreChange): void {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        console.error("coatcheck: a store's listener threw", error);
      }
    }
  }

  function hear(payload: string): void {
    const read = readPayload(payload);
    // Perhaps another version of Coatcheck tells of changes in another way.
    if (read === undefined) return tell({ type: "missed" });
    for (const [id, version] of read.updated) tell({ type: "updated", id, version });
    for (const id of read.deleted) tell({ type: "deleted", id });
    if (read.proof !== undefined) proofs.get(read.proof)?.();
  }

  function listening(): Promise<Connection> {
    if (connection !== undefined) return Promise.resolve(connection);
    opening ??= open().finally(() => (opening = undefined));
    return opening;
  }

  async function open(): Promise<Connection> {
    const opened = new Connection(await (await pool()).connect(), lost);
    opened.client.on("notification", (message) => {
      if (message.channel === channel && !opened.ended) hear(message.payload ?? "");
    });
    try {
      await opened.client.query(postgresQuery(`LISTEN "${channel}"`));
      if (listeners.size === 0) throw new Error("Nobody watches any more.");
    } catch (error) {
      opened.end();
      throw error;
    }
    if (opened.ended) throw new Error("The listening connection to PostgreSQL was lost.");
    connection = opened;
    // Not before: whoever else tries in vain must not take the others' next attempt away.
    clearTimeout(timer);
    pause = FIRST_PAUSE_MS;
    if (interrupted) tell({ type: "missed" });
    interrupted = false;
    return opened;
  }

  function lost(which: Connection): void {
    if (connection !== which) return;
    connection = undefined;
    interrupted = true;
    reopen();
  }

  function reopen(): void {
    clearTimeout(timer);
    if (listeners.size === 0) return;
    timer = setTimeout(() => void listening().catch(reopen), pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }

  function leave(): void {
    clearTimeout(timer);
    connection?.end();
    connection = undefined;
    interrupted = false;
  }

  /** Sends itself a message. PostgreSQL delivers in the order of commits, so what was committed before comes before. */
  async function prove(): Promise<void> {
    const through = connection;
    if (through === undefined) throw new Error("The listening connection to PostgreSQL is down.");
    const nonce = randomBytes(12).toString("base64url");
    const heard = Promise.withResolvers<void>();
    proofs.set(nonce, heard.resolve);
    const late = setTimeout(
      () => through.lose(new Error("PostgreSQL delivers no notifications.")),
      TIMEOUT_MS,
    );
    try {
      const sent = through.client.query(
        postgresQuery("SELECT pg_notify($1, $2)", [channel, JSON.stringify({ proof: nonce })]),
      );
      await Promise.race([Promise.all([sent, heard.promise]), through.failed]);
    } catch (error) {
      through.lose(error);
      throw error;
    } finally {
      clearTimeout(late);
      proofs.delete(nonce);
    }
  }

  /** One proof at a time, as a connection has one query at a time; all who wait share the next. */
  function caughtUp(): Promise<void> {
    if (proving === undefined) return (proving = prove().finally(() => (proving = undefined)));
    const afterThis = (): Promise<void> => {
      proveNext = undefined;
      return caughtUp();
    };
    proveNext ??= proving.then(afterThis, afterThis);
    return proveNext;
  }

  return {
    async watch(listener) {
      // A function of its own, so that one listener can watch twice.
      const mine = (change: StoreChange) => listener(change);
      listeners.add(mine);
      try {
        await listening();
      } catch (error) {
        listeners.delete(mine);
        throw error;
      }
      return {
        async caughtUp() {
          if (!listeners.has(mine)) throw new Error("This watch was stopped.");
          await caughtUp();
        },
        async stop() {
          if (listeners.delete(mine) && listeners.size === 0) leave();
        },
      };
    },

    close() {
      listeners.clear();
      leave();
    },
  };
}

/** A client that was lent by the pool, until it is lost or given back. */
class Connection {
  readonly client: PostgresClient;
  /** Rejects when it is lost. */
  readonly failed: Promise<never>;
  ended = false;
  readonly #onLost: (which: Connection) => void;
  readonly #fail: (error: unknown) => void;

  constructor(client: PostgresClient, onLost: (which: Connection) => void) {
    this.client = client;
    this.#onLost = onLost;
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    this.#fail = reject;
    promise.catch(() => {});
    client.on("error", (error) => this.lose(error));
    client.on("end", () => this.lose(new Error("The listening connection to PostgreSQL was closed.")));
  }

  lose(error: unknown): void {
    if (this.ended) return;
    this.end(error);
    this.#onLost(this);
  }

  /** Closes it: nobody else should get a connection that listens. */
  end(error: unknown = new Error("The watch was stopped.")): void {
    if (this.ended) return;
    this.ended = true;
    this.#fail(error);
    this.client.release(true);
  }
}

/** What a store's notification says. */
interface Payload {
  readonly updated: readonly (readonly [id: string, version: number])[];
  readonly deleted: readonly string[];
  readonly proof: string | undefined;
}

/** @returns `undefined` for what no store of this version sends: any role of the database may notify. */
function readPayload(text: string): Payload | undefined {
  try {
    const { updated = [], deleted = [], proof } = JSON.parse(text) as Partial<Payload>;
    const isWhole =
      updated.every(([id, version]) => typeof id === "string" && Number.isSafeInteger(version)) &&
      deleted.every((id) => typeof id === "string") &&
      (proof === undefined || typeof proof === "string");
    const isEmpty = updated.length + deleted.length === 0 && proof === undefined;
    return isWhole && !isEmpty ? { updated, deleted, proof } : undefined;
  } catch {
    // No JSON, or no list where one was expected.
    return undefined;
  }
}
