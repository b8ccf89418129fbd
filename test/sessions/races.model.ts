import {
  array,
  constant,
  constantFrom,
  nat,
  record as recordOf,
  type Arbitrary,
  type Scheduler,
} from "fast-check";
import { isSessionError } from "../../src/core/errors.ts";
import type { Session } from "../../src/session.ts";
import { createSessions, type Sessions } from "../../src/sessions.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import type { SessionRecord, SessionStore } from "../../src/stores/store.ts";
import { fakeClock, type FakeClock } from "../../src/testing/index.ts";
import { Browser, MINUTE } from "./harness.ts";

/** What the model puts into sessions: who logged in by which login, and what must not get lost. */
interface Data {
  userId: number;
  /** A name of its own for every login: what a logout ends. */
  login: string;
  /** A name of its own for every session that was started: what its counts belong to. */
  life: string;
  count: number;
  [patch: `patch${number}`]: true;
}

export type Step =
  | { readonly do: "login" | "patch" | "count" | "count later" | "flash" | "look" }
  | { readonly do: "clear" | "logout" | "rotate" | "revoke" | "revoke user" }
  | { readonly do: "wait"; readonly milliseconds: number };

export type StepName = Step["do"];

/** One request of one visitor: what it does, one after another, while others do the same. */
export interface Plan {
  readonly visitor: number;
  readonly steps: readonly Step[];
}

const VISITORS = 2;
const WAITS = [1000, 2 * MINUTE, 20 * MINUTE, 31 * MINUTE, -30_000];

export function plans(names: readonly StepName[]): Arbitrary<Plan[]> {
  const step = constantFrom(...names).chain((name): Arbitrary<Step> =>
    name === "wait"
      ? constantFrom(...WAITS).map((milliseconds) => ({ do: name, milliseconds }))
      : constant({ do: name }),
  );
  const plan = recordOf({
    visitor: nat(VISITORS - 1),
    steps: array(step, { minLength: 1, maxLength: 4 }),
  });
  return array(plan, { minLength: 2, maxLength: 10 });
}

/** A store that takes its time before and after each call, in whatever order the scheduler wants. */
function slow(store: Required<SessionStore>, scheduler: Scheduler): Required<SessionStore> {
  const delayed =
    <A extends unknown[], R>(name: string, call: (...args: A) => Promise<R>) =>
    async (...args: A) => {
      await scheduler.schedule(Promise.resolve(), name);
      const answer = await call(...args);
      await scheduler.schedule(Promise.resolve(), `${name} answered`);
      return answer;
    };
  return {
    ...store,
    find: delayed("find", store.find),
    insert: delayed("insert", store.insert),
    update: delayed("update", store.update),
    delete: delayed("delete", store.delete),
    deleteByUser: delayed("deleteByUser", store.deleteByUser),
  };
}

export type Fault = (good: Required<SessionStore>) => Partial<SessionStore>;

/** Puts something in front of a store, as a cache is. */
export type Front = (store: Required<SessionStore>, now: () => number) => SessionStore;

/** Runs plans against each other, keeps account of what was acknowledged, and holds the sessions to it. */
export class World {
  readonly #scheduler: Scheduler;
  readonly #clock: FakeClock = fakeClock();
  readonly #store: Required<SessionStore>;
  readonly #sessions: Sessions<Data>;
  readonly #browsers: readonly Browser<Data>[];
  readonly #ids = new Set<string>();
  #names = 0;

  /** Logins that were acknowledged, and those whose end was. */
  readonly #logins = new Map<string, { readonly userId: number }>();
  readonly #ended = new Set<string>();
  /** Acknowledged counts of each life, and patches acknowledged and refused. */
  readonly #counts = new Map<string, number>();
  readonly #patches: { readonly key: string; readonly life: string | undefined; readonly kept: boolean }[] =
    [];
  readonly #flashes: { set: number; taken: unknown[] } = { set: 0, taken: [] };

  /**
   * @param fault - Turns the store into a broken one, to see that this model would notice.
   * @param front - What the sessions ask instead of the store itself.
   */
  constructor(scheduler: Scheduler, fault: Fault = () => ({}), front: Front = (store) => store) {
    this.#scheduler = scheduler;
    const now = this.#clock.now;
    this.#store = memoryStore({ now });
    const broken = { ...this.#store, ...fault(this.#store) };
    const noting: Required<SessionStore> = {
      ...broken,
      insert: (record) => {
        this.#ids.add(record.id);
        return broken.insert(record);
      },
    };
    this.#sessions = createSessions<Data>({ store: front(slow(noting, scheduler), now), now });
    this.#browsers = Array.from({ length: VISITORS }, () => new Browser(this.#sessions));
  }

  async run(all: readonly Plan[]): Promise<void> {
    const steps: Step[] = [{ do: "login" }, { do: "count" }];
    const first = this.#browsers.map((_, visitor) => this.#request({ visitor, steps }));
    await this.#scheduler.waitFor(Promise.all(first));
    await this.#scheduler.waitFor(Promise.all(all.map((plan) => this.#request(plan))));
    await this.#check();
  }

  async #request({ visitor, steps }: Plan): Promise<void> {
    const browser = this.#browsers[visitor]!;
    await this.#scheduler.schedule(Promise.resolve(), `request of ${visitor}`);
    const endedBefore = new Set(this.#ended);
    const visit = await browser.start();
    const { login } = visit.session.data;
    if (login !== undefined && endedBefore.has(login)) throw new Error(`${login} was accepted after its end`);
    if (login?.startsWith(`visitor ${visitor} `) === false) throw new Error(`${visitor} is in as ${login}`);
    for (const step of steps) await this.#step(step, visitor, visit.session);
    browser.receive(visit);
  }

  async #step(step: Step, visitor: number, session: Session<Data>): Promise<void> {
    switch (step.do) {
      case "wait":
        return this.#clock.advance(step.milliseconds);
      case "look":
        return void session.data;
      case "login":
        return this.#login(visitor, session);
      case "patch":
        return this.#patch(session);
      case "count":
      case "count later":
        return this.#count(session, step.do === "count later");
      case "flash":
        return this.#flash(session);
      case "rotate":
        return void (await acknowledged(() => session.rotate()));
      default:
        return this.#end(step.do, visitor, session);
    }
  }

  async #login(visitor: number, session: Session<Data>): Promise<void> {
    const login = `visitor ${visitor} login ${this.#names++}`;
    const userId = visitor * 10 + (this.#names % 2);
    if (await acknowledged(() => session.update({ userId, login }))) this.#logins.set(login, { userId });
  }

  async #patch(session: Session<Data>): Promise<void> {
    const key = `patch${this.#names++}` as const;
    const kept = await acknowledged(() => session.update({ [key]: true }));
    this.#patches.push({ key, life: session.data.life, kept });
  }

  async #count(session: Session<Data>, later: boolean): Promise<void> {
    const life = `life ${this.#names++}`;
    let counted = life;
    const count = (draft: Partial<Data>) => {
      counted = draft.life ??= life;
      draft.count = (draft.count ?? 0) + 1;
    };
    const update = later
      ? async (draft: Partial<Data>) => {
          await this.#scheduler.schedule(Promise.resolve(), "an async update");
          count(draft);
        }
      : count;
    if (await acknowledged(() => session.update(update)))
      this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + 1);
  }

  async #flash(session: Session<Data>): Promise<void> {
    if (session.id === undefined) {
      const value = this.#flashes.set++;
      await acknowledged(() => session.flash.set("notice", value));
    } else {
      await acknowledged(async () => {
        const value = await session.flash.take("notice");
        if (value !== undefined) this.#flashes.taken.push(value);
      });
    }
  }

  async #end(
    how: "clear" | "logout" | "revoke" | "revoke user",
    visitor: number,
    session: Session<Data>,
  ): Promise<void> {
    const { login } = session.data;
    const { id } = session;
    const userId = visitor * 10 + (this.#names++ % 2);
    const before = [...this.#logins].filter(([, by]) => by.userId === userId).map(([name]) => name);
    const done = await acknowledged(() => {
      if (how === "clear") return session.clear();
      if (how === "revoke user") return this.#sessions.revokeUser(userId);
      if (how === "revoke") return this.#sessions.revoke(id ?? "nothing");
      return session.update((draft: Partial<Data>) => {
        delete draft.userId;
        delete draft.login;
      });
    });
    if (!done) return;
    const ended = how === "revoke user" ? before : [login].filter((name) => name !== undefined);
    for (const name of ended) this.#ended.add(name);
  }

  /** What is left when all requests are answered must be what was acknowledged. */
  async #check(): Promise<void> {
    const lives = new Set<string>();
    const found = await Promise.all([...this.#ids].map((id) => this.#store.find(id)));
    for (const record of found.filter((one): one is SessionRecord => one !== undefined)) {
      const { login, life, count, ...rest } = JSON.parse(record.data) as Partial<Data>;
      if (login !== undefined && this.#ended.has(login)) throw new Error(`${login} lives on after its end`);
      for (const { key, kept } of this.#patches)
        if (!kept && key in rest) throw new Error(`${key} was refused and is there`);
      if (life === undefined) continue;
      if (lives.has(life)) throw new Error(`${life} is kept twice`);
      lives.add(life);
      if (count !== this.#counts.get(life))
        throw new Error(`${life} has ${count} of ${this.#counts.get(life)} counts`);
      for (const patch of this.#patches)
        if (patch.life === life && patch.kept && !(patch.key in rest))
          throw new Error(`${patch.key} was lost`);
    }
    const { taken } = this.#flashes;
    if (new Set(taken).size !== taken.length) throw new Error("a flash value was read twice");
  }
}

/** Whether a write was acknowledged; the one refusal that races may bring is that the session ended. */
async function acknowledged(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (isSessionError(error, "ERR_SESSION_REVOKED")) return false;
    throw error;
  }
}
