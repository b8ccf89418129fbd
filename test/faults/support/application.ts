import { setTimeout as delay } from "node:timers/promises";
import { createGuard, useSession, withSessions } from "../../../src/adapters/fetch/index.ts";
import { isSessionError } from "../../../src/core/errors.ts";
import type { Sessions } from "../../../src/sessions.ts";

/** What the application keeps in a session. */
export interface AppData {
  userId: string;
  /** A name of its own for every login: what a logout has to end. */
  login: string;
  count: number;
  value: number;
  [key: `key${string}`]: number;
}

/** What of it a route answers. */
export interface Shown {
  readonly login: string;
  readonly count: number;
  readonly value: number;
  /** How many of the other keys there are. */
  readonly keys: number;
}

/** What every route answers in JSON, beside the status: 200, 401 for nobody, 409 for a lost race, 503 for a store that is down. */
export interface AppReply {
  readonly id?: string | undefined;
  readonly data?: Shown | undefined;
  readonly code?: string;
  /** What else a route counts. */
  readonly number?: number;
  /** How often a storm was answered what: statuses with their codes. */
  readonly answers?: Readonly<Record<string, number>>;
}

type Handler = (request: Request) => Promise<Response>;
type Route = (request: Request, query: URLSearchParams) => Promise<AppReply>;

const STATUS: Partial<Record<string, number>> = {
  ERR_SESSION_STORE: 503,
  ERR_SESSION_REVOKED: 409,
  ERR_SESSION_CONFLICT: 409,
};

/** A small application whose routes are what an ordeal needs of one: every write asks the guard first. */
export function createApplication(sessions: Sessions<AppData>): Handler {
  const guard = createGuard<string, AppData>({ sessions, loadUser: (userId) => String(userId) });

  /** A route for somebody who is logged in; 401, or 503 while nobody knows who is. */
  const guarded =
    (work: (session: Awaited<ReturnType<typeof open>>, query: URLSearchParams) => Promise<unknown>): Route =>
    async (request, query) => {
      await guard.requireUser(request);
      const session = await open(request);
      await work(session, query);
      return { id: session.id, data: show(session.data) };
    };
  const open = (request: Request) => useSession(request, sessions);

  const routes: Record<string, Route> = {
    async login(request, query) {
      const session = await open(request);
      const [userId, login] = [query.get("user")!, query.get("login")!];
      await session.update({ userId, login, count: 0, value: 0 });
      return { id: session.id, data: show(session.data) };
    },
    async logout(request) {
      const session = await open(request);
      const { id, data } = session;
      await session.clear();
      return { id, data: show(data) };
    },
    read: guarded(async () => undefined),
    count: guarded((session) =>
      session.update((data: AppData) => {
        data.count++;
      }),
    ),
    set: guarded((session, query) => session.update({ [query.get("key")!]: Number(query.get("value")) })),
    // The page that thinks for a while between reading and writing.
    "slow-count": guarded(async (session, query) => {
      await delay(Number(query.get("ms")));
      await session.update((data: AppData) => {
        data.count++;
      });
    }),
    rotate: guarded((session) => session.rotate()),
    async revoke(_, query) {
      return { number: Number(await sessions.revoke(query.get("id")!)) };
    },
    async "revoke-user"(_, query) {
      return { number: await sessions.revokeUser(query.get("user")!) };
    },
    async list(_, query) {
      return { number: (await sessions.list(query.get("user")!)).length };
    },
    /** Asks nobody: shows what the machine is late by itself. */
    nothing: async () => ({}),
    /** What is left of the heap when everything that can go is gone. */
    async memory() {
      globalThis.gc!();
      const { heapUsed, external } = process.memoryUsage();
      return { number: heapUsed + external };
    },
    async storm(request, query) {
      return { answers: await storm(request, query) };
    },
  };

  const handle = withSessions(async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    try {
      const route = routes[pathname.slice(1)];
      return route === undefined
        ? new Response(null, { status: 404 })
        : Response.json(await route(request, searchParams));
    } catch (error) {
      if (!isSessionError(error)) throw error;
      return Response.json({ code: error.code }, { status: STATUS[error.code] ?? 500 });
    }
  });

  /** Many requests of one visitor at once. @returns how often each answer was given */
  async function storm(request: Request, query: URLSearchParams): Promise<Record<string, number>> {
    const target = (n: number) => new URL(query.get("target")!.replaceAll("{n}", String(n)), request.url);
    const headers = { Cookie: request.headers.get("cookie") ?? "" };
    const counts: Record<string, number> = {};
    const one = async (n: number) => {
      const response = await handle(new Request(target(n), { headers }));
      const { code } = (await response.json()) as AppReply;
      const answer = [response.status, code].filter((part) => part !== undefined).join(" ");
      counts[answer] = (counts[answer] ?? 0) + 1;
    };
    await Promise.all(Array.from({ length: Number(query.get("times")) }, (_, n) => one(n)));
    return counts;
  }

  return handle;
}

function show(data: Readonly<Partial<AppData>>): Shown | undefined {
  const { login, count = 0, value = 0 } = data;
  const keys = Object.keys(data).filter((key) => key.startsWith("key")).length;
  return login === undefined ? undefined : { login, count, value, keys };
}
