import { SessionError } from "../../core/errors.ts";
import type { Data } from "../../core/json.ts";
import type { UserId } from "../../options.ts";
import type { Sessions } from "../../sessions.ts";
import { createPasswords, type Passwords } from "../password.ts";
import type { PasswordRules } from "../password-rules.ts";
import type { ThrottleOptions } from "./limits.ts";

type Found<Account> = Account | null | undefined | Promise<Account | null | undefined>;

/** A row of a user table as it often is; what is called otherwise is told by options. */
export interface CommonAccount {
  readonly id?: UserId;
  readonly passwordHash?: string | null;
}

/** Why there is another hash: the same password was hashed anew, or it is another password, changed or reset. */
export type HashCause = "renewed" | "changed";

/** Options of `createLogin`, over the application's own table of users. */
export interface LoginOptions<Account, T extends object = Data> {
  readonly sessions: Sessions<T>;
  /**
   * Finds the user that a visitor names, by username, e-mail address or both, as the application likes.
   *
   * @param identifier - As it was typed, in Unicode's normal form C and without blanks around it.
   */
  findUser(identifier: string): Found<Account>;
  /** Finds a user by id: for everything but the login itself. @default none: `confirm` and the like are an error */
  findById?(userId: UserId): Found<Account>;
  /** A user's id. @default (user) => user.id */
  readonly userId?: ((user: Account) => UserId) | undefined;
  /** A user's password hash; `null` for one who has none. @default (user) => user.passwordHash */
  readonly passwordHash?: ((user: Account) => string | null | undefined) | undefined;
  /**
   * Whether a user may log in, `true` or `false`; who may not gets the answer of a wrong password.
   * @default everybody may
   */
  readonly mayLogIn?: ((user: Account) => boolean) | undefined;
  /**
   * What a login writes into the session. What an anonymous visitor had there stays beside it, what another
   * user had does not.
   *
   * @default (user) => ({ userId: user.id })
   */
  readonly sessionData?: ((user: Account) => Partial<T>) | undefined;
  /**
   * Keeps a new hash if the old one is still there, in one statement:
   * `UPDATE … SET password_hash = :hash WHERE id = :id AND password_hash = :previous`. Without it no hash is
   * renewed, and no password changed.
   *
   * @param cause - Whether it is of the same password. Only a changed one is a reason for `validSince`.
   * @returns `true` when it is kept, `false` when the old one was not there any more. Not how many rows were
   *   changed: whatever else is an error, `ERR_SESSION_CONFIG`.
   */
  savePasswordHash?(
    user: Account,
    hash: string,
    previous: string | null,
    cause: HashCause,
  ): boolean | Promise<boolean>;
  /** Names the step that is left for this user after the password, such as `"totp"`. @default none is */
  readonly nextStep?: ((user: Account) => string | undefined | Promise<string | undefined>) | undefined;
  /** How passwords are hashed. @default those of `hashPassword` and `verifyPassword` */
  readonly passwords?: Passwords | undefined;
  /** What a new password has to be. @default see {@link PasswordRules} */
  readonly rules?: PasswordRules | ((user: Account) => PasswordRules) | undefined;
  /** How many wrong passwords are allowed; `false` where something else counts them. */
  readonly throttle?: ThrottleOptions | false | undefined;
  /** Origins whose pages may log visitors in here, such as `https://accounts.example.com`. @default none */
  readonly trustedOrigins?: readonly string[] | undefined;
  /** Path of the page with the login form, for `submit`. @default "/login" */
  readonly loginPath?: string | undefined;
}

/** The application's users, as the login sees them. */
export interface Accounts<Account, T extends object> {
  byName(identifier: string): Promise<Account | undefined>;
  byId(userId: UserId): Promise<Account | undefined>;
  idOf(user: Account): UserId;
  hashOf(user: Account): string | undefined;
  mayLogIn(user: Account): boolean;
  dataOf(user: Account): Partial<T>;
  rulesOf(user: Account): PasswordRules;
  readonly passwords: Passwords;
  /** Whether a user, read again, may log in and still has this hash. */
  isUnchanged(user: Account | undefined, hash: string | undefined): boolean;
  /** @returns `false` when `previous` is not the user's hash any more. */
  save(user: Account, hash: string, previous: string | undefined, cause: HashCause): Promise<boolean>;
  /** Whether hashes can be kept. */
  readonly canSave: boolean;
}

/** Fills the defaults in. */
export function accountsOf<Account, T extends object>(
  options: LoginOptions<Account, T>,
): Accounts<Account, T> {
  const { rules } = options;
  const idOf = options.userId ?? ((user: Account) => (user as CommonAccount).id as UserId);
  const readHash = options.passwordHash ?? ((user: Account) => (user as CommonAccount).passwordHash);
  const hashOf = (user: Account): string | undefined => readHash(user) ?? undefined;
  const mayLogIn = (user: Account): boolean =>
    options.mayLogIn === undefined || yesOrNo("mayLogIn", options.mayLogIn(user));

  return {
    byName: async (identifier) => (await options.findUser(identifier)) ?? undefined,

    async byId(userId) {
      if (options.findById === undefined)
        throw missing("findById", "confirm a password, change it or finish a login");
      return (await options.findById(userId)) ?? undefined;
    },

    idOf(user) {
      const id = idOf(user);
      if (typeof id === "string" || typeof id === "number") return id;
      throw missing("userId", "know a user's id, as there is no user.id");
    },

    hashOf,
    mayLogIn,
    dataOf: options.sessionData ?? ((user) => ({ userId: idOf(user) }) as unknown as Partial<T>),
    rulesOf: (user) => (typeof rules === "function" ? rules(user) : (rules ?? {})),
    passwords: options.passwords ?? createPasswords(),
    canSave: options.savePasswordHash !== undefined,
    isUnchanged: (user, hash) => user !== undefined && hashOf(user) === hash && mayLogIn(user),

    async save(user, hash, previous, cause) {
      if (options.savePasswordHash === undefined) throw missing("savePasswordHash", "change a password");
      return yesOrNo("savePasswordHash", await options.savePasswordHash(user, hash, previous ?? null, cause));
    },
  };
}

/** Not any truthy value: a promise would be one, and a database client's result object, whatever they say. */
function yesOrNo(option: string, answer: unknown): boolean {
  if (typeof answer === "boolean") return answer;
  throw wrong(`${option} must answer true or false.`);
}

function missing(option: string, purpose: string): SessionError {
  return wrong(`createLogin needs ${option} to ${purpose}.`);
}

function wrong(message: string): SessionError {
  return new SessionError("ERR_SESSION_CONFIG", message);
}
