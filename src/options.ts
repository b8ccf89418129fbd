import { readTrust, type ProxyTrust } from "./client-address.ts";
import { isCookieName } from "./core/cookie.ts";
import { SessionError } from "./core/errors.ts";
import type { Data } from "./core/json.ts";
import type { Lifetime } from "./core/lifetime.ts";
import type { SessionCipher } from "./core/seal.ts";
import type { StandardSchema } from "./core/standard-schema.ts";
import type { CookieOptions } from "./core/transport.ts";
import type { SessionEvent } from "./events.ts";
import type { DeviceOptions } from "./device.ts";
import type { SessionStore } from "./stores/store.ts";

/** How the cookie is written. The defaults are the safe ones; each option makes it wider. */
export interface SessionCookieOptions {
  /** Host that the cookie is shared with all subdomains of; costs the `__Host-` prefix. @default none: this host only */
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
  /** Name of the session; the cookie is `__Host-<name>`, on plain-http loopback in development `<name>`. @default "session" */
  readonly name?: string | undefined;
  /**
   * Seals the cookie in place of AES-256-GCM, whose cookies open as well: one of `coatcheck/sodium`.
   * @default the runtime's AES-256-GCM
   */
  readonly cipher?: SessionCipher | undefined;
  /** Where sessions live. @default none: sealed in the cookie */
  readonly store?: SessionStore | undefined;
  /**
   * Seconds that the store may take before the answer is an error (`ERR_SESSION_STORE`, from guards 503). After some such
   * errors in a row nobody waits any more, until the store is back. @default 0.2
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
  /** Checks data when it is read and before it is kept. Any Standard Schema that accepts its own output. @default none */
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
   * Whether a proxy in front ends TLS and sets `X-Forwarded-Proto` and `X-Forwarded-For`, whatever the visitor sent. A list of
   * addresses and CIDR ranges: only what these proxies send counts; where there are several in a row, it names all. @default false
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

const KNOWN: ReadonlySet<string> = new Set<keyof SessionOptions>([
  "password",
  "name",
  "cipher",
  "store",
  "storeTimeout",
  "devices",
  "idleTimeout",
  "absoluteTimeout",
  "remember",
  "touchInterval",
  "userId",
  "schema",
  "version",
  "migrate",
  "cookie",
  "trustProxy",
  "onEvent",
  "now",
]);
const KNOWN_DEVICES: ReadonlySet<string> = new Set<keyof DeviceOptions>(["userAgent", "address"]);
const KNOWN_REMEMBER: ReadonlySet<string> = new Set<keyof RememberOptions>([
  "idleTimeout",
  "absoluteTimeout",
]);
const KNOWN_COOKIE: ReadonlySet<string> = new Set<keyof SessionCookieOptions>([
  "domain",
  "path",
  "sameSite",
  "persistent",
]);
/** What others call it. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  maxAge: "absoluteTimeout",
  ttl: "absoluteTimeout",
  secret: "password",
  cookieName: "name",
};

const MAX_NAME_LENGTH = 64;
const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;
const MAX_ABSOLUTE = 400 * DAY;
const REMEMBERED = 30 * DAY;

/**
 * Checks the options of `createSessions`.
 *
 * @throws SessionError `ERR_SESSION_CONFIG`, naming the option and what it takes. A missing or short
 *   password is left to the keyring.
 */
export function checkOptions<T extends object>(options: SessionOptions<T>): CheckedOptions {
  if (typeof options !== "object" || options === null) wrong("createSessions takes an options object");
  refuseUnknown(options, KNOWN, "");
  const cookie = options.cookie ?? {};
  if (typeof cookie !== "object") wrong("cookie must be an object");
  refuseUnknown(cookie, KNOWN_COOKIE, "cookie.");

  const name = options.name ?? "session";
  if (
    typeof name !== "string" ||
    !isCookieName(name) ||
    name.length > MAX_NAME_LENGTH ||
    name.startsWith("__")
  )
    wrong(
      `name must be 1 to ${MAX_NAME_LENGTH} characters that a cookie's name may have, without a prefix such as __Host-`,
    );

  const idleTimeout = seconds("idleTimeout", options.idleTimeout ?? 30 * MINUTE, 1);
  const absoluteTimeout = absolute("absoluteTimeout", options.absoluteTimeout ?? 12 * 60 * MINUTE);
  const touchInterval = seconds(
    "touchInterval",
    options.touchInterval ?? Math.min(MINUTE, idleTimeout / 10),
    0,
  );
  if (touchInterval >= idleTimeout) wrong("touchInterval must be shorter than idleTimeout");

  const version = options.version ?? 1;
  if (!Number.isSafeInteger(version) || version < 0) wrong("version must be a whole number from 0");
  for (const key of ["userId", "migrate", "onEvent", "now"] as const)
    if (options[key] !== undefined && typeof options[key] !== "function") wrong(`${key} must be a function`);
  if (options.schema !== undefined && typeof options.schema["~standard"]?.validate !== "function")
    wrong("schema must be a Standard Schema, such as one of zod, valibot or arktype");
  if (options.store !== undefined && !isStore(options.store))
    wrong("store must have find, insert, update and delete");
  if (options.store === undefined && options.storeTimeout !== undefined)
    wrong("storeTimeout is for sessions with a store");
  if (options.cipher !== undefined && (typeof options.cipher?.sealer !== "function" || options.store))
    wrong("cipher must be one of coatcheck/sodium, and without a store");

  return {
    name,
    passwords: passwordList(options.password),
    cipher: options.cipher,
    store: options.store,
    storeTimeout:
      options.storeTimeout === undefined ? undefined : seconds("storeTimeout", options.storeTimeout, 0.001),
    devices: checkDevices(options.devices ?? {}, options.store),
    lifetime: { idleTimeout, absoluteTimeout, touchInterval },
    remembered: checkRemember(options.remember, touchInterval),
    userId: checkedUserId((options.userId ?? defaultUserId) as (data: Readonly<Data>) => unknown),
    schema: options.schema,
    version,
    migrate: options.migrate,
    cookie: checkCookie(name, cookie),
    persistent: cookie.persistent ?? false,
    trust: readTrust(options.trustProxy),
    onEvent: options.onEvent,
    now: options.now ?? Date.now,
    development: isDevelopment(),
  };
}

function checkRemember(remember: RememberOptions | undefined, touchInterval: number): Lifetime | undefined {
  if (remember === undefined) return undefined;
  if (typeof remember !== "object" || remember === null) wrong("remember must be an object");
  refuseUnknown(remember, KNOWN_REMEMBER, "remember.");
  const absoluteTimeout = absolute("remember.absoluteTimeout", remember.absoluteTimeout ?? REMEMBERED);
  const idleTimeout = seconds("remember.idleTimeout", remember.idleTimeout ?? absoluteTimeout, 1);
  if (touchInterval >= idleTimeout) wrong("touchInterval must be shorter than remember.idleTimeout");
  return { idleTimeout, absoluteTimeout, touchInterval };
}

const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const PATH = /^\/[!-:<-~]*$/;

function checkCookie(name: string, cookie: SessionCookieOptions): CookieOptions {
  const { domain, path = "/", sameSite = "lax" } = cookie;
  if (domain !== undefined && !(typeof domain === "string" && DOMAIN.test(domain)))
    wrong("cookie.domain must be a host name, such as example.com");
  if (typeof (cookie.persistent ?? false) !== "boolean") wrong("cookie.persistent must be true or false");
  if (!PATH.test(path)) wrong("cookie.path must begin with / and hold no blank or semicolon");
  if (!["lax", "strict", "none"].includes(sameSite))
    wrong('cookie.sameSite must be "lax", "strict" or "none"');
  return { name, domain, path, sameSite };
}

function checkDevices(devices: DeviceOptions, store: SessionStore | undefined): DeviceOptions {
  if (typeof devices !== "object") wrong("devices must be an object");
  refuseUnknown(devices, KNOWN_DEVICES, "devices.");
  for (const [key, value] of Object.entries(devices))
    if (typeof (value ?? false) !== "boolean") wrong(`devices.${key} must be true or false`);
  // A sealed session is known to nobody but the visitor.
  if (store === undefined && Object.values(devices).includes(true)) wrong("devices needs a store");
  return devices;
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

function isStore(store: Partial<SessionStore> | null): boolean {
  const methods = [store?.find, store?.insert, store?.update, store?.delete];
  return methods.every((method) => typeof method === "function");
}

function passwordList(password: SessionOptions["password"]): readonly string[] {
  if (password === undefined || password === null) return [];
  // What is neither string nor list is left to the keyring to refuse, like a list with such a thing in it.
  return Array.isArray(password) ? [...(password as readonly string[])] : [password as string];
}

function absolute(option: string, value: number): number {
  if (value > MAX_ABSOLUTE)
    wrong(`${option} must not be longer than 400 days, as browsers keep no cookie longer`);
  return seconds(option, value, 1);
}

function seconds(option: string, value: number, least: number): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < least)
    wrong(`${option} must be a number of seconds, at least ${least}`);
  return option.endsWith("idleTimeout") ? Math.floor(value) : value;
}

function refuseUnknown(options: object, known: ReadonlySet<string>, prefix: string): void {
  for (const key of Object.keys(options)) {
    if (known.has(key)) continue;
    const hint = Object.hasOwn(ELSEWHERE, key) ? `; here it is called ${ELSEWHERE[key]}` : "";
    wrong(`there is no option ${prefix}${key}${hint}`);
  }
}

/** Asked at run time and in two steps, because bundlers fix `process.env.NODE_ENV` when they build. */
function isDevelopment(): boolean {
  const environment = globalThis.process?.env;
  return environment?.["NODE_ENV"] !== "production";
}

function wrong(problem: string): never {
  throw new SessionError("ERR_SESSION_CONFIG", `Wrong session options: ${problem}.`);
}
