import { query } from "@solidjs/router";

const path = "/api/session/events";
const name = "session-ended";
const longestPause = 60_000;
/** How long the answer to a form of this page may take, which leaves by itself and takes the cookie away. */
const patience = 2000;

/**
 * Leaves for the login page as soon as the session ends, wherever it is ended.
 *
 * All tabs share the events of one of them: over HTTP/1.1 a browser opens six connections to a site, and a stream in
 * each tab would use them up.
 *
 * @param userId - Whose page this is; another user's end is no end for it.
 * @returns what stops it.
 */
export function leaveWhenEnded(userId: number): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  const channel = new BroadcastChannel(name);
  channel.addEventListener("message", ({ data }) => {
    if (data === userId) void leaveInTime();
  });
  signal.addEventListener("abort", () => channel.close());
  let isOver = false;
  let submitted = -Infinity;
  addEventListener("submit", () => (submitted = performance.now()), { capture: true, signal });
  // The form may have been the logout: to leave at once would be to hang up on its answer.
  const leaveInTime = async () => {
    isOver = true;
    await wait(submitted + patience - performance.now(), signal);
    if (!signal.aborted) leave();
  };
  const stop = () => stopping.abort();
  // The browser keeps no page alive for Back that has a connection open.
  addEventListener("pagehide", stop, { signal });

  const listen = async () => {
    if (!isOver && (await untilEnded(signal))) {
      channel.postMessage(userId);
      await leaveInTime();
    }
    // Not given to the next tab before this one is gone: it would ask for the events of a session that is over.
    await aborted(signal);
  };
  // Browsers have no locks where they do not trust the connection.
  if (!("locks" in navigator)) void listen();
  else navigator.locks.request(name, { signal }, listen).catch(() => undefined);
  return stop;
}

/** Nothing of the session's pages may stay: neither in the router's memory, nor in the page. */
function leave(): void {
  query.clear();
  location.replace("/login");
}

/** Waits for the session to end. @returns `false` when it was stopped before that */
async function untilEnded(signal: AbortSignal): Promise<boolean> {
  for (let pause = 2000; !signal.aborted; pause = Math.min(2 * pause, longestPause)) {
    const outcome = await readEvents(signal);
    if (outcome === "ended") return true;
    // Refused: because nobody is logged in, or because the server cannot say who is.
    if (!signal.aborted && (await statusOf(signal)) === 401) return true;
    await wait(pause * (1 + Math.random()), signal);
  }
  return false;
}

function readEvents(signal: AbortSignal): Promise<"ended" | "refused" | "stopped"> {
  return new Promise((resolve) => {
    const events = new EventSource(path);
    const finish = (outcome: "ended" | "refused" | "stopped") => {
      events.close();
      resolve(outcome);
    };
    events.addEventListener("ended", () => finish("ended"));
    // A connection that breaks off the browser opens again by itself, as often as the server allows.
    events.addEventListener("error", () => {
      if (events.readyState === EventSource.CLOSED) finish("refused");
    });
    signal.addEventListener("abort", () => finish("stopped"));
  });
}

async function statusOf(signal: AbortSignal): Promise<number | undefined> {
  const answer = await fetch(path, { method: "HEAD", signal }).catch(() => undefined);
  return answer?.status;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  });
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (milliseconds <= 0) return resolve();
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()));
  });
}
