import { SessionError } from "../../core/errors.ts";
import { connectionOf, type RedisConnection, type RedisNode } from "./client.ts";

/** Commands that may wait for an answer; what comes on top is refused, so that a silent server costs no memory. */
const MAX_COMMANDS = 10_000;
const MAX_RETRY_MS = 1000;
/** While it is used, a connection is asked this often whether it is alive, and given up when it is silent so long. */
const PULSE_MS = 1000;
const SILENCE_MS = 3000;

/** A connection by URL, which is made when it is first asked for and makes itself anew when it breaks. */
export interface OwnConnection {
  /** @returns the connection. @throws what keeps it from being made, at once; meanwhile it goes on trying. */
  connect(): Promise<RedisConnection>;
  close(): Promise<void>;
}

/** Connects to a URL with the `redis` package, which is loaded at the first use. */
export function connectTo(url: string): OwnConnection {
  let opening: Promise<RedisConnection> | undefined;
  let client: RedisNode | undefined;
  let failure: Error | undefined;
  let closed = false;
  let lastPulse = 0;
  let answering: Promise<void> | undefined;

  async function open(): Promise<RedisConnection> {
    const redis = await loadRedis();
    if (closed) throw new Error("The store is closed.");
    client = redis.createClient({
      url,
      disableOfflineQueue: true,
      commandsQueueMaxLength: MAX_COMMANDS,
      // Its timer for each command costs as much as the command; the circuit around the store has one of its own.
      commandOptions: { timeout: undefined },
      socket: { connectTimeout: 2000, reconnectStrategy },
    }) as RedisNode;
    // Without a listener the first lost connection would end the process.
    client.on("error", (error) => (failure = error as Error));
    client.on("connect", () => (failure = undefined));
    const connection = connectionOf(client);
    void client.connect().catch((error: Error) => (failure = error));
    return connection;
  }

  /** The next use makes a new connection; what waits for this one is rejected. */
  function giveUp(node: RedisNode): void {
    if (client !== node) return;
    client = opening = failure = undefined;
    node.destroy();
  }

  return {
    async connect() {
      if (closed) throw new Error("The store is closed.");
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      const connection = await opening;
      const node = connection.client as RedisNode;
      if (!node.isReady) {
        if (failure !== undefined) throw failure;
        // One for all who wait.
        answering ??= inTime(firstAnswer(node), SILENCE_MS, () => giveUp(node)).finally(() => {
          answering = undefined;
        });
        await answering;
      } else if (performance.now() - lastPulse > PULSE_MS) {
        lastPulse = performance.now();
        // Of a machine that is gone nothing tells for many minutes.
        void inTime(node.ping(), SILENCE_MS, () => giveUp(node)).catch(() => undefined);
      }
      return connection;
    },

    async close() {
      closed = true;
      await opening?.catch(() => undefined);
      if (client === undefined) return;
      await closeNode(client);
    },
  };
}

/** Ends a connection: after what is under way, but a silent server is not waited for. */
export async function closeNode(node: RedisNode): Promise<void> {
  if (node.isReady) await inTime(node.close(), 1000).catch(() => undefined);
  if (node.isOpen) node.destroy();
}

/** Waits for an answer. @throws when it takes longer than so many milliseconds, after `onLate` was called. */
export async function inTime<T>(answer: Promise<T>, milliseconds: number, onLate?: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`Redis has not answered within ${milliseconds} ms.`));
      onLate?.();
    }, milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the node answers, rejects with the first error. */
export function firstAnswer(node: RedisNode): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      node.off("ready", ready);
      node.off("error", failed);
      node.off("end", failed);
    };
    const ready = () => (stop(), resolve());
    const failed = (error?: unknown) => (
      stop(),
      reject(error instanceof Error ? error : new Error("The connection to Redis was closed."))
    );
    node.on("ready", ready);
    node.on("error", failed);
    node.on("end", failed);
  });
}

/** 50 ms, then twice as long each time up to a second, and up to half as long again lest all nodes come at once. */
function reconnectStrategy(retries: number): number {
  const wait = Math.min(50 * 2 ** Math.min(retries, 10), MAX_RETRY_MS);
  const [share = 0] = crypto.getRandomValues(new Uint8Array(1));
  return wait + Math.floor((wait / 2) * (share / 256));
}

interface RedisModule {
  createClient(options: object): unknown;
}

async function loadRedis(): Promise<RedisModule> {
  try {
    // By a variable, so that neither a compiler nor a bundler asks for the optional package.
    const name = "redis";
    return (await import(name)) as RedisModule;
  } catch (cause) {
    throw new SessionError(
      "ERR_SESSION_CONFIG",
      'redisStore({ url }) needs the package "redis": npm install redis.',
      { cause },
    );
  }
}
