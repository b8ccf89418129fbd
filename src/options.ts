import { readTrust, type ProxyTrust } from "./proxy-trust.ts";
import { circuitsInside } from "./circuit-inside.ts";
import { isCookieName } from "./core/cookie.ts";
import { SessionError } from "./core/errors.ts";
import type { Data } from "./core/json.ts";
import { unknownOption, wrongOption } from "./core/option-errors.ts";
import type { Lifetime } from "./core/lifetime.ts";
import type { SessionCipher } from "./core/seal.ts";
import type { StandardSchema } from "./core/standard-schema.ts";
import type { CookieOptions } from "./core/transport.ts";
import type { SessionEvent } from "./events.ts";
import type { DeviceOptions } from "./stored/device.ts";
import type { SessionStore } from "./stores/store.ts";

/** How the cookie is written. The defaults are the safe ones; each option makes it wider. */
export interface SessionCookieOptions {
  /**
   * Host that the cookie is shared with all subdomains of; costs the `__Host-` prefix.
   * @default none: this host only
   */
  readonly domain?: string | undefined;
  /** Path below which the cookie is sent; another than `/` costs the `__Host-` prefix. @default "/" */
  readonly path?: string | undefined;
  /** When the cookie travels on requests from other sites. @default "lax" */
  readonly sameSite?: "lax" | "strict" | "none" | undefined;
  /** Whether the cookie outlives the browser, until the absolute limit. @default false */
  readonly persistent?: boolean | undefined;
}

/** Limits of the session of a user who asked to be remembered, in seconds; see {@link SessionOptions}. */
export interface RememberOptions {
  /** @default `absoluteTimeout` of these */
  readonly idleTimeout?: number | undefined;
  /** 400 days at most. @default 2592000 (30 days) */
  readonly absoluteTimeout?: number | undefined;
}

/** Options of `createSessions` and `useSession`. */
// oxlint-disable-next-line typescript/no-explicit-any -- without a type the data is as loose as h3's
export interface SessionOptions<T extends object = Record<string, any>> {
  /**
   * Seals the cookie: 32 characters or more, from a random generator. Of several, the first seals and all
   * open, so that it can be changed without a logout. Needed unless there is a `store`, which does without. `undefined`
   * is accepted so that `process.env.SESSION_SECRET` can be passed as it is; at run time it is an error.
   */
  readonly password?: string | readonly string[] | undefined;
  /**
   * Name of the session; the cookie is `__Host-<name>`, on plain-http loopback in development `<name>`.
   * @default "session"
   */
  readonly name?: string | undefined;
  /**
   * Seals the cookie in place of AES-256-GCM, whose cookies open as well: one of `coatcheck/sodium`.
   * @default the runtime's AES-256-GCM
   */
  readonly cipher?: SessionCipher | undefined;
  /** Where sessions live. @default none: sealed in the cookie */
  readonly store?: SessionStore | undefined;
  /**
   * Seconds that the store may take before the answer is an error (`ERR_SESSION_STORE`, from guards 503).
   * After three such timeouts in a row nobody waits any more, until the store is back. @default 0.2
   */
  readonly storeTimeout?: number | undefined;
  /** What to record of the visitor's device for `sessions.list`; needs a store. @default nothing */
  readonly devices?: DeviceOptions | undefined;
  /** Seconds without a request after which a session ends. @default 1800 (30 minutes) */
  readonly idleTimeout?: number | undefined;
  /** Seconds from login after which a session ends in any case, 400 days at most. @default 43200 (12 hours) */
  readonly absoluteTimeout?: number | undefined;
  /**
   * How long a user stays logged in who asked to be remembered (`session.authenticate(…, { remember: true })`): both
   * limits in seconds. Such a cookie outlives the browser. @default nobody can be remembered
   */
  readonly remember?: RememberOptions | undefined;
  /**
   * Seconds between two writes that only note that the visitor is still here. A session may end that much
   * early. @default a tenth of `idleTimeout`, 60 at most
   */
  readonly touchInterval?: number | undefined;
  /**
   * Tells whose session it is; a change of the answer replaces the token. `undefined` or `null`: nobody's.
   * Must be pure. @default (data) => data.userId
   */
  readonly userId?: ((data: Partial<T>) => string | number | null | undefined) | undefined;
  /**
   * Checks data when it is read and before it is kept. Any Standard Schema that accepts its own output.
   * @default none
   */
  readonly schema?: StandardSchema<T> | undefined;
  /** Version of the data's form, a whole number from 0. @default 1 */
  readonly version?: number | undefined;
  /**
   * Brings data of an earlier version to this one. `undefined`: that session cannot be used, the visitor is
   * anonymous. @default none: data of another version cannot be used
   */
  readonly migrate?: ((data: unknown, version: number) => unknown) | undefined;
  readonly cookie?: SessionCookieOptions | undefined;
  /**
   * Whether a proxy in front ends TLS and sets `X-Forwarded-Proto` and `X-Forwarded-For`, whatever the
   * visitor sent. A list of addresses and CIDR ranges: only what these proxies send counts; where there are
   * several in a row, it names all. @default false
   */
  readonly trustProxy?: boolean | readonly string[] | undefined;
  /** Hears of everything that happens to these sessions. Must not throw. @default none */
  readonly onEvent?: ((event: SessionEvent) => void) | undefined;
  /** The clock, in milliseconds since the epoch; for tests. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** What identifies a user; compared as it is, indexed by stores as a string. */
export type UserId = string | number;

/** Options with every default filled in and every value checked. */
export interface CheckedOptions {
  readonly name: string;
  readonly passwords: readonly string[];
  /** `undefined` for the runtime's own. */
  readonly cipher: SessionCipher | undefined;
  readonly store: SessionStore | undefined;
  /** `undefined` when it was not given. */
  readonly storeTimeout: number | undefined;
  readonly devices: DeviceOptions;
  readonly lifetime: Lifetime;
  /** `undefined` when nobody can be remembered. */
  readonly remembered: Lifetime | undefined;
  readonly userId: (data: Readonly<Data>) => UserId | undefined;
  readonly schema: StandardSchema | undefined;
  readonly version: number;
  readonly migrate: ((data: unknown, version: number) => unknown) | undefined;
  readonly cookie: CookieOptions;
  readonly persistent: boolean;
  readonly trust: ProxyTrust;
  readonly onEvent: ((event: SessionEvent) => void) | undefined;
  readonly now: () => number;
  /** Whether this process runs in development. */
  readonly development: boolean;
}

/** What an option takes: what is right, and the words for it. */
type Rule = readonly [isRight: (value: unknown) => boolean, must: string];
/** Rules by the name of the option; of an option that is an object, again rules. */
type Rules = { readonly [name: string]: Rule | Rules };

/** Characters of a name at most. */
export const MAX_NAME_LENGTH = 64;
const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
const MAX_ABSOLUTE = 400 * DAY;

const matches = (pattern: RegExp) => (value: unknown) => typeof value === "string" && pattern.test(value);
const seconds = (least: number): Rule => [
  (value) => Number.isFinite(value) && (value as number) >= least,
  `be a number of seconds, at least ${least}`,
];
const SECONDS = seconds(1);
const ABSOLUTE: Rule = [
  (value) => SECONDS[0](value) && (value as number) <= MAX_ABSOLUTE,
  `${SECONDS[1]}, and not longer than 400 days, as browsers keep no cookie longer`,
];
const FUNCTION: Rule = [(value) => typeof value === "function", "be a function"];
const FLAG: Rule = [(value) => typeof value === "boolean", "be true or false"];
/** Whoever the option is for looks at it. */
const LEFT_TO_OTHERS: Rule = [() => true, ""];

const COOKIE: Record<keyof SessionCookieOptions, Rule> = {
  domain: [
    matches(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i),
    "be a host name, such as example.com",
  ],
  path: [matches(/^\/[!-:<-~]*$/), "begin with / and hold no blank or semicolon"],
  sameSite: [matches(/^(?:lax|strict|none)$/), 'be "lax", "strict" or "none"'],
  persistent: FLAG,
};
const DEVICES: Record<keyof DeviceOptions, Rule> = { userAgent: FLAG, address: FLAG };
const REMEMBER: Record<keyof RememberOptions, Rule> = { idleTimeout: SECONDS, absoluteTimeout: ABSOLUTE };

const RULES: Record<keyof SessionOptions, Rule | Rules> = {
  password: LEFT_TO_OTHERS,
  name: [
    (name) =>
      typeof name === "string" &&
      isCookieName(name) &&
      name.length <= MAX_NAME_LENGTH &&
      !name.startsWith("__"),
    `be 1 to ${MAX_NAME_LENGTH} characters that a cookie's name may have, without a prefix such as __Host-`,
  ],
  cipher: [
    (cipher) => typeof (cipher as Partial<SessionCipher> | null)?.sealer === "function",
    "be one of coatcheck/sodium",
  ],
  store: [
    (store) =>
      ["find", "insert", "update", "delete"].every(
        (method) => typeof (store as Data | null)?.[method] === "function",
      ),
    "have find, insert, update and delete",
  ],
  storeTimeout: seconds(0.001),
  devices: DEVICES,
  idleTimeout: SECONDS,
  absoluteTimeout: ABSOLUTE,
  remember: REMEMBER,
  touchInterval: seconds(0),
  userId: FUNCTION,
  schema: [
    (schema) => typeof (schema as Partial<StandardSchema> | null)?.["~standard"]?.validate === "function",
    "be a Standard Schema, such as one of zod, valibot or arktype",
  ],
  version: [
    (version) => Number.isSafeInteger(version) && (version as number) >= 0,
    "be a whole number from 0",
  ],
  migrate: FUNCTION,
  cookie: COOKIE,
  trustProxy: LEFT_TO_OTHERS,
  onEvent: FUNCTION,
  now: FUNCTION,
};
/** What others call it. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["maxAge", "absoluteTimeout"],
  ["ttl", "absoluteTimeout"],
  ["secret", "password"],
  ["cookieName", "name"],
]);

/** The name of sessions that were given none. */
export const DEFAULT_NAME = "session";

/**
 * Checks the options of `createSessions`.
 *
 * @throws SessionError `ERR_SESSION_CONFIG`, naming the option and what it takes. A missing or short
 *   password is left to the keyring.
 */
export function checkOptions<T extends object>(options: SessionOptions<T>): CheckedOptions {
  if (typeof options !== "object" || options === null)
    throw wrongOption("createSessions takes an options object");
  checkEach(options, RULES, "");
  const { name = DEFAULT_NAME, cipher, store, storeTimeout, devices = {}, remember, cookie = {} } = options;
  if (store !== undefined && cipher !== undefined)
    throw wrongOption("cipher is for sealed sessions, and not for those in a store");
  if (store === undefined && storeTimeout !== undefined)
    throw wrongOption("storeTimeout is for sessions with a store");
  if (store !== undefined && storeTimeout !== undefined && circuitsInside.has(store))
    throw wrongOption("storeTimeout is not for a store that has a timeout of its own: give it that");
  // A sealed session is known to nobody but the visitor.
  if (store === undefined && Object.values(devices).includes(true))
    throw wrongOption("devices needs a store");

  const { idleTimeout = 30 * MINUTE, absoluteTimeout = DAY / 2 } = options;
  const { touchInterval = Math.min(MINUTE, Math.floor(idleTimeout) / 10) } = options;
  const { absoluteTimeout: longest = 30 * DAY, idleTimeout: longestIdle = longest } = remember ?? {};
  return {
    name,
    passwords: passwordList(options.password),
    cipher,
    store,
    storeTimeout,
    devices,
    lifetime: lifetimeOf(idleTimeout, absoluteTimeout, touchInterval, "idleTimeout"),
    remembered: remember && lifetimeOf(longestIdle, longest, touchInterval, "remember.idleTimeout"),
    userId: checkedUserId((options.userId ?? defaultUserId) as (data: Readonly<Data>) => unknown),
    schema: options.schema,
    version: options.version ?? 1,
    migrate: options.migrate,
    cookie: { name, domain: cookie.domain, path: cookie.path ?? "/", sameSite: cookie.sameSite ?? "lax" },
    persistent: cookie.persistent ?? false,
    trust: readTrust(options.trustProxy),
    onEvent: options.onEvent,
    now: options.now ?? Date.now,
    development: isDevelopment(),
  };
}

/** @param prefix - What stands before the names, such as `cookie.`. */
function checkEach(options: object, rules: Rules, prefix: string): void {
  for (const [key, value] of Object.entries(options) as [string, unknown][]) {
    const option = prefix + key;
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (rule === undefined) throw unknownOption(option, "createSessions", ELSEWHERE.get(key));
    if (value === undefined) continue;
    if (isRule(rule)) {
      const [isRight, must] = rule;
      if (!isRight(value)) throw wrongOption(`${option} must ${must}`);
    } else if (typeof value === "object" && value !== null) checkEach(value, rule, `${option}.`);
    else throw wrongOption(`${option} must be an object`);
  }
}

const isRule = (rule: Rule | Rules): rule is Rule => Array.isArray(rule);

function lifetimeOf(idle: number, absoluteTimeout: number, touchInterval: number, option: string): Lifetime {
  const idleTimeout = Math.floor(idle);
  if (touchInterval >= idleTimeout) throw wrongOption(`touchInterval must be shorter than ${option}`);
  return { idleTimeout, absoluteTimeout, touchInterval };
}

const defaultUserId = (data: Readonly<Data>): unknown => data["userId"];

/** An object in place of an id would be another one at every read: better an error than a rotation each time. */
function checkedUserId(userId: (data: Readonly<Data>) => unknown): CheckedOptions["userId"] {
  return (data) => {
    const id = userId(data) ?? undefined;
    if (id === undefined || typeof id === "string" || typeof id === "number") return id;
    throw new SessionError(
      "ERR_SESSION_CONFIG",
      `userId(data) must answer a string, a number, null or undefined, and answered a ${typeof id}.`,
    );
  };
}

function passwordList(password: SessionOptions["password"]): readonly string[] {
  if (password === undefined || password === null) return [];
  // What is neither string nor list is left to the keyring to refuse, like a list with such a thing in it.
  return Array.isArray(password) ? [...(password as readonly string[])] : [password as string];
}

/** Asked at run time and in two steps, because bundlers fix `process.env.NODE_ENV` when they build. */
function isDevelopment(): boolean {
  const environment = globalThis.process?.env;
  return environment?.["NODE_ENV"] !== "production";
}
