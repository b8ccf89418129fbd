import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/**
 * - `forward`: as if it were not there.
 * - `drop`: accepts connections and swallows every byte, in both directions: a cable that was cut.
 * - `refuse`: ends the connections that there are, and new ones at once.
 */
export type ProxyMode = "forward" | "drop" | "refuse";

/** Stands between a client and a server on this machine, and can do to them what networks do. */
export interface TcpProxy {
  readonly port: number;
  /** How it treats the bytes from now on. Connections whose bytes it has swallowed end when it forwards again. */
  set(mode: ProxyMode): void;
  /** Milliseconds for which it holds back what travels in either direction from now on. */
  delay(milliseconds: number): void;
  stop(): Promise<void>;
}

interface Pair {
  readonly sockets: readonly [Socket, Socket];
  /** Whether bytes are missing, so that the two ends no longer speak of the same. */
  torn: boolean;
}

/** Starts a proxy on a free port of 127.0.0.1 in front of a port. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  let mode: ProxyMode = "forward";
  let latency = 0;
  const pairs = new Set<Pair>();

  function end(pair: Pair): void {
    pairs.delete(pair);
    for (const socket of pair.sockets) socket.destroy();
  }

  const server = createServer((near) => {
    if (mode === "refuse") {
      near.resetAndDestroy();
      return;
    }
    // Nagle's algorithm would be a delay that nobody asked for.
    const far = connect({ port: target, host: "127.0.0.1", noDelay: true });
    near.setNoDelay(true);
    const pair: Pair = { sockets: [near, far], torn: mode === "drop" };
    pairs.add(pair);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on("error", () => end(pair));
      from.on("close", () => {
        // Whose cable was cut does not hear of the other's end.
        if (mode === "drop") pair.torn = true;
        else end(pair);
      });
      from.on("data", (bytes) => pass(pair, to, bytes));
    }
  });

  function pass(pair: Pair, to: Socket, bytes: Buffer): void {
    if (mode === "drop") pair.torn = true;
    else if (latency === 0) to.write(bytes);
    else setTimeout(() => to.write(bytes), latency);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    set(next) {
      mode = next;
      for (const pair of pairs) if (mode === "refuse" || (mode === "forward" && pair.torn)) end(pair);
    },
    delay: (milliseconds) => void (latency = milliseconds),
    async stop() {
      for (const pair of pairs) end(pair);
      server.close();
      await once(server, "close");
    },
  };
}
