import { randomInt } from "node:crypto";

const heartbeat = 20_000;
const text = new TextEncoder();
const open = new Set<() => void>();

/**
 * A stream of server-sent events that says `ended` when something has, and is closed then. It never holds more than a few
 * bytes, asks nobody anything while it is open, and stops listening when the visitor has gone.
 *
 * @param listen - Begins to wait for the end and answers what stops it.
 */
export async function endingEvents(
  listen: (onEnd: () => void) => Promise<() => void>,
  signal: AbortSignal,
): Promise<Response> {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let stop: (() => void) | undefined;
  let isOver = false;

  const body = new ReadableStream<Uint8Array>({
    start: (given) => void (controller = given),
    cancel: () => close(),
  });
  const send = (lines: string) => isOver || controller.enqueue(text.encode(`${lines}\n\n`));
  // A comment: proxies close what is silent for long.
  const timer = setInterval(() => send(":"), heartbeat);

  function close(): void {
    if (isOver) return;
    isOver = true;
    clearInterval(timer);
    signal.removeEventListener("abort", close);
    forget(close);
    stop?.();
    try {
      controller.close();
    } catch {
      // The visitor has closed it.
    }
  }

  signal.addEventListener("abort", close);
  remember(close);
  if (signal.aborted) close();
  // When this server ends, its visitors do not all come back in the same moment.
  send(`retry: ${3000 + randomInt(4000)}`);
  try {
    stop = await listen(() => {
      send("event: ended\ndata: The session has ended.");
      close();
    });
  } catch (error) {
    close();
    throw error;
  }
  if (isOver) stop();
  return new Response(body, {
    headers: {
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      // nginx would keep the events back until it has more of them.
      "x-accel-buffering": "no",
    },
  });
}

/** A server that is asked to end waits for its answers, and these have no end of their own. */
function closeAll(): void {
  for (const close of open) close();
  // Whoever listens ends the process in his own time; where nobody else does, it ends as if nobody had listened.
  if (process.listenerCount("SIGTERM") === 0) process.kill(process.pid, "SIGTERM");
}

function remember(close: () => void): void {
  if (open.size === 0) process.once("SIGTERM", closeAll);
  open.add(close);
}

function forget(close: () => void): void {
  if (open.delete(close) && open.size === 0) process.removeListener("SIGTERM", closeAll);
}
