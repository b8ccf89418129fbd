import { vi, type Mock } from "vitest";
import type { PendingLogin } from "../../../src/authentication.ts";
import type { Credentials } from "../../../src/auth/login/credentials.ts";
import { lateLogin } from "../../../src/auth/login/late.ts";
import type { LoginCore } from "../../../src/auth/login/login.ts";
import type { LoginOptions } from "../../../src/auth/login/options.ts";
import type { ConfirmOutcome, LoginOutcome, PasswordOutcome } from "../../../src/auth/login/outcome.ts";
import { createPasswords, type Passwords } from "../../../src/auth/password.ts";
import type { SessionEvent } from "../../../src/events.ts";
import type { SessionOptions } from "../../../src/options.ts";
import type { Session } from "../../../src/session.ts";
import { createSessions, type Sessions } from "../../../src/sessions.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import type { SessionStore } from "../../../src/stores/store.ts";
import {
  cookieAfter,
  fakeClock,
  testExchange,
  type FakeClock,
  type TestExchange,
} from "../../../src/testing/index.ts";
import { CHEAP } from "../password-module.ts";
import { PASSWORD, spiedStore, type Kind } from "../../sessions/harness.ts";

export type { Kind } from "../../sessions/harness.ts";

/** A row of the application's own table. */
export interface User {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  readonly passwordHash: string | null;
  readonly disabled: boolean;
}

/** What the application keeps in a session. */
export interface Data {
  userId: number;
  cart: string[];
}

export const HARRY = "caput draconis, 1991";
export const GINNY = "wattlebird & flibbertigibbet";
export const WRONG = "balderdash, balderdash";

/** As little work as a hash can be. */
export const cheap: Passwords = createPasswords(CHEAP);
/** A little more: what hashes of yesterday do not cost. */
export const dearer: Passwords = createPasswords({ ...CHEAP, memory: 16 });

const hashes = Promise.all([cheap.hash(HARRY), cheap.hash(GINNY)]);

type Lookup<By> = (by: By) => Promise<User | undefined>;
type Save = (user: User, hash: string, previous: string | null) => Promise<boolean>;

export type Options = LoginOptions<User, Data>;

/** The parts of a login, each of the application's functions on record. */
export interface Setup {
  readonly sessions: Sessions<Data>;
  readonly login: LoginCore;
  readonly clock: FakeClock;
  /** The sessions' store, each method a spy; unused by sealed sessions. */
  readonly store: Required<SessionStore>;
  readonly events: SessionEvent[];
  readonly users: Map<number, User>;
  readonly findUser: Mock<Lookup<string>>;
  readonly findById: Mock<Lookup<string | number>>;
  readonly savePasswordHash: Mock<Save>;
  /** How often it was called is how many hashes were computed. */
  readonly verify: Mock<Passwords["verify"]>;
  readonly hash: Mock<Passwords["hash"]>;
  /** A visitor with an address of its own and an empty cookie jar. */
  readonly visitor: (address?: string, cookie?: string) => Visitor;
  /** Changes a row behind the login's back. */
  readonly edit: (id: number, changes: Partial<User>) => void;
}

export interface SetupOptions extends Omit<SessionOptions<Data>, "now" | "onEvent"> {
  /** Options of the login over the usual ones. */
  readonly login?: Partial<Options>;
  readonly passwords?: Passwords;
  readonly clock?: FakeClock;
}

let addresses = 0;

/** A login over three users in a Map, on a clock that stands still: Harry, Ginny, and Dobby who has no password. */
export async function setUp({ stored }: Pick<Kind, "stored">, options: SetupOptions = {}): Promise<Setup> {
  const { login: others, passwords = cheap, clock = fakeClock(), ...rest } = options;
  const store = spiedStore(memoryStore({ now: clock.now }));
  const events: SessionEvent[] = [];
  const sessions = createSessions<Data>({
    ...(stored ? { store } : { password: PASSWORD }),
    now: clock.now,
    onEvent: (event) => void events.push(event),
    ...rest,
  });

  const [harry, ginny] = await hashes;
  const users = new Map<number, User>();
  const add = (id: number, username: string, passwordHash: string | null): void => {
    const email = `${username.toLowerCase()}@hogwarts.example`;
    users.set(id, { id, username, email, passwordHash, disabled: false });
  };
  add(7, "Harry", harry);
  add(8, "Ginny", ginny);
  add(9, "Dobby", null);
  const edit = (id: number, changes: Partial<User>): void => {
    users.set(id, { ...users.get(id)!, ...changes });
  };

  const findUser = vi.fn<Lookup<string>>(async (identifier) => {
    const name = identifier.toLowerCase();
    return [...users.values()].find((user) => user.email === name || user.username.toLowerCase() === name);
  });
  const findById = vi.fn<Lookup<string | number>>(async (userId) => users.get(Number(userId)));
  const savePasswordHash = vi.fn<Save>(async (user, passwordHash, previous) => {
    if (users.get(user.id)?.passwordHash !== previous) return false;
    edit(user.id, { passwordHash });
    return true;
  });
  const verify = vi.fn<Passwords["verify"]>((...args) => passwords.verify(...args));
  const hash = vi.fn<Passwords["hash"]>((...args) => passwords.hash(...args));
  const login = lateLogin<User, Data>({
    sessions,
    findUser,
    findById,
    savePasswordHash,
    mayLogIn: (user) => !user.disabled,
    passwords: { ...passwords, verify, hash },
    ...others,
  });
  const visitor = (address = newAddress(), cookie?: string) => new Visitor(login, sessions, address, cookie);
  return {
    sessions,
    login,
    clock,
    store,
    events,
    users,
    findUser,
    findById,
    savePasswordHash,
    verify,
    hash,
    visitor,
    edit,
  };
}

/** An address that nobody has had. */
export function newAddress(): string {
  addresses++;
  return `10.${addresses >> 16}.${(addresses >> 8) & 0xff}.${addresses & 0xff}`;
}

/** One request of a visitor. Requests may overlap: a response counts when it is received. */
export interface Request {
  readonly exchange: TestExchange;
  /** Gets the answer, whatever else has come since the request began. */
  readonly receive: () => void;
}

/** A visitor who comes from one address and keeps cookies as a browser does. */
export class Visitor {
  cookie: string | undefined;
  readonly address: string;
  readonly #login: LoginCore;
  readonly #sessions: Sessions<Data>;

  constructor(login: LoginCore, sessions: Sessions<Data>, address: string, cookie: string | undefined) {
    this.#login = login;
    this.#sessions = sessions;
    this.address = address;
    this.cookie = cookie;
  }

  /** Starts a request. */
  start(headers: Readonly<Record<string, string>> = {}): Request {
    const exchange = testExchange({ cookie: this.cookie, address: this.address, headers });
    return {
      exchange,
      receive: () => {
        exchange.flush();
        const latest = testExchange({ cookie: this.cookie });
        for (const line of exchange.headers.getSetCookie()) latest.headers.append("Set-Cookie", line);
        this.cookie = cookieAfter(latest);
      },
    };
  }

  /** One request from its beginning to its end. */
  async request<R>(
    during: (exchange: TestExchange) => R | Promise<R>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<R> {
    const { exchange, receive } = this.start(headers);
    try {
      return await during(exchange);
    } finally {
      receive();
    }
  }

  login(identifier: unknown, password: unknown, remember?: unknown): Promise<LoginOutcome> {
    return this.send({ identifier, password, remember });
  }

  send(given: Credentials | FormData, headers?: Readonly<Record<string, string>>): Promise<LoginOutcome> {
    return this.request((exchange) => this.#login.login(exchange, given), headers);
  }

  logout(): Promise<void> {
    return this.request((exchange) => this.#login.logout(exchange));
  }

  pendingLogin(): Promise<PendingLogin | undefined> {
    return this.request((exchange) => this.#login.pendingLogin(exchange));
  }

  finishLogin(): Promise<LoginOutcome> {
    return this.request((exchange) => this.#login.finishLogin(exchange, "totp"));
  }

  confirm(password: unknown): Promise<ConfirmOutcome> {
    return this.request((exchange) => this.#login.confirm(exchange, password));
  }

  changePassword(current: unknown, next: unknown): Promise<PasswordOutcome> {
    return this.request((exchange) => this.#login.changePassword(exchange, { current, next }));
  }

  /** Puts something into the session. */
  async fill(...cart: string[]): Promise<void> {
    await this.request(async (exchange) => (await this.#sessions.open(exchange)).update({ cart }));
  }

  /** The session as the next request finds it. */
  session(): Promise<Session<Data>> {
    return this.request(async (exchange) => {
      const session = await this.#sessions.open(exchange);
      void session.data;
      return session;
    });
  }

  /** Who is logged in. */
  async userId(): Promise<number | undefined> {
    return (await this.session()).data.userId;
  }

  /** What another browser would have if it got all of this one's cookies, or those of one name. */
  copy(name = ""): string | undefined {
    const pairs = (this.cookie ?? "").split("; ").filter((pair) => pair.startsWith(`__Host-${name}`));
    return pairs.length === 0 ? undefined : pairs.join("; ");
  }
}

/** The cookie that knows the device, without the session's. */
export const DEVICE = "session-device=";

/** A form as a browser sends it. */
export function formOf(fields: Readonly<Record<string, string | Blob>>): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  return form;
}
