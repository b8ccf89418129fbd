import { array, constantFrom, nat, record as recordOf, type Arbitrary, type Scheduler } from "fast-check";
import { vi } from "vitest";
import { isSessionError } from "../../../src/core/errors.ts";
import { cachedStore } from "../../../src/stores/cached.ts";
import type { SessionRecord, SessionStore, StoreChange, StoreWatch } from "../../../src/stores/store.ts";
import { Link, someRecord } from "./link.ts";

/** What becomes of a notification that a channel carries. */
export type Fate = "at once" | "late" | "twice" | "lost";

/** How the channel between the store and the caches is. */
export type Channel =
  /** Notifications come in order, sooner or later; a proof waits for them; an interruption is told. */
  | "works"
  /** Notifications meet their fates, and the channel swears that nothing is wrong. */
  | "lies";

type StepName = "find" | "update" | "insert" | "delete" | "delete user" | "pass" | "catch up" | "gap";

interface Step {
  readonly do: StepName;
  readonly node: number;
  readonly session: number;
  readonly milliseconds: number;
}

export interface Plan {
  /** What goes on at the same time: each a row of steps. */
  readonly rows: readonly (readonly Step[])[];
  readonly fates: readonly Fate[];
}

/** How often each step is taken, among all of them. */
const WEIGHTS: Record<StepName, number> = {
  find: 24,
  update: 6,
  insert: 2,
  delete: 2,
  "delete user": 1,
  pass: 5,
  "catch up": 3,
  gap: 1,
};
const steps = (Object.keys(WEIGHTS) as StepName[]).flatMap((name) =>
  Array<StepName>(WEIGHTS[name]).fill(name),
);

const NODES = 2;
const SESSIONS = 3;
const MAX_AGE_MS = 1000;

export const plan: Arbitrary<Plan> = recordOf({
  rows: array(
    array(
      recordOf<Step>({
        do: constantFrom(...steps),
        node: nat(NODES - 1),
        session: nat(SESSIONS - 1),
        milliseconds: constantFrom(1, 10, 50, 100, 150, 210, 300, 999),
      }),
      { minLength: 5, maxLength: 25 },
    ),
    { minLength: 2, maxLength: 5 },
  ),
  fates: array(constantFrom<Fate>("at once", "late", "twice", "lost"), { minLength: 1, maxLength: 5 }),
});

/** A record's states in their order: its versions, and at last that it is gone. */
const GONE = Infinity;

/** One cache with its own way to the store that all share. */
interface Node {
  readonly cache: Required<SessionStore>;
  readonly link: Link;
  readonly watch: StoreWatch;
  /** The earliest state of each record that may still be answered here. */
  readonly floor: Map<string, number>;
  readonly interrupt: () => void;
}

/** Caches over one store, used at the same time; every answer is held to what was acknowledged before. */
export class CacheWorld {
  readonly #scheduler: Scheduler;
  readonly #records: SessionRecord[];
  readonly #nodes: Node[] = [];
  readonly #acknowledged: { readonly id: string; readonly state: number; readonly at: number }[] = [];
  /** How many lookups there were, and how many of them cost a round trip. */
  asked = 0;
  sent = 0;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
    this.#records = Array.from({ length: SESSIONS }, (_, n) => someRecord({ userId: `${n % 2}` }));
  }

  async run({ rows, fates }: Plan, channel: Channel): Promise<void> {
    const { origin } = new Link();
    for (const record of this.#records) await origin.insert(record);
    for (let n = 0; n < NODES; n++) this.#nodes.push(await this.#node(origin, channel, fates));
    for (const { cache } of this.#nodes) await cache.find("to start the heart");
    for (const { link } of this.#nodes) link.there = link.back = () => this.#turn("a call");
    await this.#scheduler.waitFor(Promise.all(rows.map((row) => this.#row(row, channel))));
    this.sent += this.#nodes
      .flatMap(({ link }) => link.calls)
      .filter((call) => call.startsWith("find ")).length;
  }

  #turn(label: string): Promise<void> {
    return this.#scheduler.schedule(Promise.resolve(), label);
  }

  async #node(origin: Required<SessionStore>, channel: Channel, fates: readonly Fate[]): Promise<Node> {
    const link = new Link(origin);
    let count = 0;
    let stretch = 0;
    let tail = Promise.resolve();
    const inOrder = (change: StoreChange, tell: (change: StoreChange) => void): void => {
      const mine = stretch;
      tail = tail
        .then(() => this.#turn("a notification"))
        .then(() => (mine === stretch ? tell(change) : undefined));
    };
    const byFate = (change: StoreChange, tell: (change: StoreChange) => void): void => {
      const fate = fates[count++ % fates.length]!;
      if (fate === "at once") tell(change);
      if (fate === "late" || fate === "twice")
        for (let n = 0; n < (fate === "late" ? 1 : 2); n++)
          void this.#turn("a notification").then(() => tell(change));
    };
    link.deliver = channel === "works" ? inOrder : byFate;
    // One is impatient, as the default is; of the other's calls each may take longer than maxAge.
    const timeout = this.#nodes.length === 0 ? 0.2 : 5;
    const cache = cachedStore(link.store, { maxAge: MAX_AGE_MS / 1000, timeout }) as Required<SessionStore>;
    const watch = await cache.watch(() => undefined);
    // A proof that an interruption overtakes has to wait until that is told, as it loses what came before.
    const told = async (): Promise<void> => {
      const mine = stretch;
      await tail;
      return mine === stretch ? this.#turn("a proof") : told();
    };
    link.prove = () => (channel === "works" ? told() : undefined);
    const interrupt = (): void => {
      stretch++;
      inOrder({ type: "missed" }, (change) => link.tell(change));
    };
    return { cache, link, watch, interrupt, floor: new Map() };
  }

  async #row(row: readonly Step[], channel: Channel): Promise<void> {
    for (const step of row) {
      await this.#turn(step.do);
      try {
        await this.#step(step, channel);
      } catch (error) {
        // Time passed while a call was under way.
        if (!isSessionError(error, "ERR_SESSION_STORE")) throw error;
      }
    }
  }

  async #step(step: Step, channel: Channel): Promise<void> {
    const node = this.#nodes[step.node]!;
    const { id, userId } = this.#records[step.session]!;
    switch (step.do) {
      case "find":
        return void (await this.#find(node, id));
      case "update": {
        const found = await this.#find(node, id);
        if (found === undefined) return;
        const version = found.version + 1;
        if (await node.cache.update({ ...found, version }, found.version))
          this.#acknowledge(node, id, version);
        return;
      }
      case "insert": {
        const record = someRecord({ userId });
        await node.cache.insert(record);
        this.#records[step.session] = record;
        this.#acknowledge(node, record.id, 1);
        return;
      }
      case "delete":
        await node.cache.delete(id);
        return this.#acknowledge(node, id, GONE);
      case "delete user": {
        const theirs = this.#records.filter((record) => record.userId === userId);
        await node.cache.deleteByUser(userId!);
        for (const record of theirs) this.#acknowledge(node, record.id, GONE);
        return;
      }
      case "pass":
        // As when the process is held up: whatever was due happens after that.
        return void vi.advanceTimersByTime(step.milliseconds);
      case "catch up":
        return channel === "works" ? this.#catchUp(node) : undefined;
      case "gap":
        return channel === "works" ? node.interrupt() : undefined;
    }
  }

  async #find(node: Node, id: string): Promise<SessionRecord | undefined> {
    const floor = node.floor.get(id) ?? 0;
    this.asked++;
    const found = await node.cache.find(id);
    const now = performance.now();
    const state = found?.version ?? GONE;
    if (state < floor) throw new Error(`${state} was answered after ${floor} was known here`);
    for (const change of this.#acknowledged)
      if (change.id === id && state < change.state && now >= change.at + MAX_AGE_MS)
        throw new Error(`${state} was answered ${now - change.at} ms after ${change.state} was acknowledged`);
    return found;
  }

  /** From now on `maxAge` runs; and this node must not answer anything earlier any more. */
  #acknowledge(node: Node, id: string, state: number): void {
    this.#acknowledged.push({ id, state, at: performance.now() });
    node.floor.set(id, Math.max(state, node.floor.get(id) ?? 0));
  }

  /** What was acknowledged before a proof was asked for must be known here afterwards. */
  async #catchUp(node: Node): Promise<void> {
    const before = [...this.#acknowledged];
    await node.watch.caughtUp();
    for (const { id, state } of before) node.floor.set(id, Math.max(state, node.floor.get(id) ?? 0));
  }
}
