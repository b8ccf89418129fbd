import type { Exchange } from "../exchange.ts";
import type { Data } from "../core/json.ts";
import type { UserId } from "../options.ts";
import type { Sessions } from "../sessions.ts";
import { safeNext } from "./redirect.ts";

/** Options of `createGuard`. */
export interface GuardOptions<User, T extends object = Data> {
  readonly sessions: Sessions<T>;
  /**
   * Finds the user of a session. `null` or `undefined` (deleted, disabled) counts as nobody. Called at most once
   * a request for one id. A method, so that it may take the one kind of id that the application has.
   */
  loadUser(userId: UserId): User | null | undefined | Promise<User | null | undefined>;
  /** Path of the page to log in on. @default "/login" */
  readonly loginPath?: string | undefined;
}

/** What a guard answers when nobody is logged in. */
export interface Refusal {
  /** Sends a visitor's browser to the login page, and from there back to `next`. */
  redirect(next?: string): Response;
  /** Tells a program: 401 with `{ "error": "unauthenticated" }`. */
  unauthenticated(): Response;
  /** Tells a program that nobody knows who is logged in, as the store is down: 503 with `{ "error": "unavailable" }`. */
  unavailable(): Response;
}

/** Seconds after which a visitor may try again who came while the store was down. */
export const RETRY_AFTER = "2";

/** The part of a guard that is the same for every adapter. */
export interface GuardCore<User> extends Refusal {
  getUser(exchange: Exchange): Promise<User | null>;
}

interface Loaded<User> {
  readonly userId: UserId;
  readonly user: Promise<User | null>;
}

/** Builds what the guards of all adapters share. They add where the request comes from and how a refusal leaves. */
export function guardCore<User, T extends object>(options: GuardOptions<User, T>): GuardCore<User> {
  const { sessions, loginPath = "/login" } = options;
  const loaded = new WeakMap<Exchange, Loaded<User>>();

  return {
    async getUser(exchange) {
      const session = await sessions.open(exchange);
      const userId = sessions.userIdOf(session.data);
      if (userId === undefined) return null;
      const known = loaded.get(exchange);
      // Another id: somebody logged in during this request.
      if (known !== undefined && known.userId === userId) return known.user;
      const user = Promise.resolve(options.loadUser(userId)).then((found) => found ?? null);
      loaded.set(exchange, { userId, user });
      return user;
    },

    redirect(next) {
      const target = next === undefined ? undefined : safeNext(next, "");
      const query = target ? `?next=${encodeURIComponent(target)}` : "";
      return new Response(null, {
        status: 302,
        headers: { Location: loginPath + query, "Cache-Control": "no-store" },
      });
    },

    unauthenticated: () => jsonError(401, "unauthenticated"),
    unavailable: () => jsonError(503, "unavailable", { "Retry-After": RETRY_AFTER }),
  };
}

function jsonError(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(
    { error },
    { status, headers: { "Cache-Control": "private, no-store", Vary: "Cookie", ...headers } },
  );
}
