import { setTimeout as delay } from "node:timers/promises";
import type { TestNode } from "../../support/nodes.ts";
import { send, type Answer } from "./http.ts";
import { inParallel } from "./parallel.ts";
import { below, oneOf } from "./scale.ts";

/** What was acknowledged of one session, and what nobody knows. */
interface Account {
  readonly user: string;
  readonly token: string;
  readonly id: string;
  /** Counts that were acknowledged, and those that may have happened or not. */
  counted: number;
  doubtful: number;
  /** Keys that were set. */
  keys: number;
  doubtfulKeys: number;
  /** `doubtful`: its end was asked for, and the answer never came. */
  state: "open" | "doubtful" | "ended";
  /** When the last of it was acknowledged. */
  acknowledgedAt: number;
}

/** Something that does not agree with the account. */
export interface Contradiction {
  readonly text: string;
  /** When the last of what may have been lost was acknowledged: milliseconds of `performance.now()`. */
  readonly acknowledgedAt: number;
}

const PAUSE_AFTER_FAILURE_MS = 30;
const AUDITORS = 8;
const MOST_TRIES = 100;

/**
 * Visitors who log in, write and log out without a pause, and an account of everything that they were told. What they find
 * later must agree with it, whatever was killed meanwhile.
 */
export class Books {
  readonly #nodes: readonly TestNode[];
  readonly #accounts: Account[] = [];
  #running = true;
  #work: Promise<unknown> = Promise.resolve();
  /** Acknowledged operations, and those without an answer or with an error. */
  acknowledged = 0;
  unanswered = 0;
  /** What contradicts the account. */
  readonly contradictions: Contradiction[] = [];

  constructor(nodes: readonly TestNode[]) {
    this.#nodes = nodes;
  }

  get ended(): number {
    return this.#accounts.filter(({ state }) => state === "ended").length;
  }

  get logins(): number {
    return this.#accounts.length;
  }

  start(visitors: number): void {
    this.#work = Promise.all(Array.from({ length: visitors }, (_, n) => this.#visit(`visitor${n}`)));
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#work;
  }

  async #visit(visitor: string): Promise<void> {
    let account: Account | undefined;
    while (this.#running) {
      account = account?.state === "open" ? account : await this.#login(visitor);
      if (account === undefined) continue;
      const dice = below(20);
      if (dice === 0) await this.#end(account);
      else if (dice < 5) await this.#set(account);
      else await this.#count(account);
    }
  }

  async #send(path: string, token?: string): Promise<Answer> {
    const answer = await send(oneOf(this.#nodes), path, token);
    if (answer.status === 200) this.acknowledged++;
    else {
      this.unanswered++;
      await delay(PAUSE_AFTER_FAILURE_MS);
    }
    return answer;
  }

  async #login(visitor: string): Promise<Account | undefined> {
    // A user of its own for every login: a revocation without an answer may still come.
    const user = `${visitor}.${this.#accounts.length}`;
    const { status, token, reply } = await this.#send(`/login?user=${user}&login=${user}`);
    if (status !== 200 || !token || reply.id === undefined) return undefined;
    const nothing = { counted: 0, doubtful: 0, keys: 0, doubtfulKeys: 0 };
    const account: Account = {
      user,
      token,
      id: reply.id,
      ...nothing,
      state: "open",
      acknowledgedAt: performance.now(),
    };
    this.#accounts.push(account);
    return account;
  }

  async #count(account: Account): Promise<void> {
    const { status, reply } = await this.#send("/count", account.token);
    if (status === 200) {
      account.counted++;
      this.#compare(account, reply.data?.count ?? NaN);
      account.acknowledgedAt = performance.now();
    } else if (this.#isDoubtful(account, "/count", status)) account.doubtful++;
  }

  async #set(account: Account): Promise<void> {
    const { status } = await this.#send(
      `/set?key=key${account.keys + account.doubtfulKeys}&value=1`,
      account.token,
    );
    if (status === 200) {
      account.keys++;
      account.acknowledgedAt = performance.now();
    } else if (this.#isDoubtful(account, "/set", status)) account.doubtfulKeys++;
  }

  async #end(account: Account): Promise<void> {
    const [path, token] = oneOf([
      ["/logout", account.token],
      [`/revoke?id=${account.id}`, undefined],
      [`/revoke-user?user=${account.user}`, undefined],
    ] as const);
    account.state = "doubtful";
    const { status } = await this.#send(path, token);
    if (status === 200) {
      account.state = "ended";
      account.acknowledgedAt = performance.now();
    }
    if (status === -1) account.state = "open";
  }

  /** Whether nobody knows if a write of an open session has happened. */
  #isDoubtful(account: Account, path: string, status: number): boolean {
    if (status === 401 || status === 409) {
      this.#contradict(account, `${path} was refused with ${status}`);
      account.state = "doubtful";
    }
    return status === 0 || status === 503;
  }

  #compare(account: Account, count: number): void {
    const { counted, doubtful } = account;
    if (count >= counted && count <= counted + doubtful) return;
    this.#contradict(account, `${count} is counted, ${counted} to ${counted + doubtful} were acknowledged`);
    account.counted = count;
    account.doubtful = 0;
  }

  #contradict({ user, acknowledgedAt }: Account, text: string): void {
    this.contradictions.push({ text: `${user}: ${text}`, acknowledgedAt });
  }

  /** Looks at every session once more, when nobody writes. */
  async audit(): Promise<void> {
    await inParallel(this.#accounts.length, AUDITORS, (n) => this.#audit(this.#accounts[n]!));
  }

  async #audit(account: Account): Promise<void> {
    const { token, state, keys, doubtfulKeys } = account;
    let { status, reply } = await send(oneOf(this.#nodes), "/read", token);
    // On a busy machine the store may be late, which is no answer.
    for (let tries = 1; status === 503 && tries < MOST_TRIES; tries++)
      ({ status, reply } = await send(oneOf(this.#nodes), "/read", token));
    if (state === "doubtful" && status === 401) return;
    const expected = state === "ended" ? 401 : 200;
    if (status !== expected) this.#contradict(account, `${status} for a session that is ${state}`);
    if (status !== 200 || expected !== 200) return;
    this.#compare(account, reply.data?.count ?? NaN);
    const found = reply.data?.keys ?? NaN;
    if (!(found >= keys && found <= keys + doubtfulKeys))
      this.#contradict(account, `${found} keys, ${keys} to ${keys + doubtfulKeys} were acknowledged`);
  }
}
