import { setTimeout as delay } from "node:timers/promises";
import type { Cluster } from "./cluster.ts";
import { below, oneOf } from "./scale.ts";

/** What goes wrong in a cluster, one after another, while others use it. */
export class Faults {
  readonly #cluster: Cluster;
  #stopped = false;
  #work: Promise<void> = Promise.resolve();
  /** How often each fault happened. */
  readonly counts: Record<string, number> = {};

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** @param pauseMs - Milliseconds between two faults on average. */
  start(pauseMs: number): void {
    this.#work = this.#loop(pauseMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#work;
  }

  async #loop(pauseMs: number): Promise<void> {
    const faults = [
      "node killed",
      "node paused",
      ...(this.#cluster.database.server === undefined ? [] : ["database killed", "database paused"]),
    ];
    for (let n = 0; !this.#stopped; n++) {
      await delay(below(2 * pauseMs));
      const fault = faults[n % faults.length]!;
      await this.#inflict(fault);
      this.counts[fault] = (this.counts[fault] ?? 0) + 1;
    }
  }

  async #inflict(fault: string): Promise<void> {
    const node = oneOf(this.#cluster.nodes);
    const server = this.#cluster.database.server!;
    const nap = 50 + below(450);
    switch (fault) {
      case "node killed":
        await node.kill();
        return node.start();
      case "node paused":
        node.pause();
        await delay(nap);
        return node.resume();
      case "database killed":
        await server.kill();
        return server.start();
      default:
        server.pause();
        await delay(nap);
        return server.resume();
    }
  }
}
