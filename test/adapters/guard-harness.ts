import { vi } from "vitest";
import { createGuard, withSessions, type GuardOptions } from "../../src/adapters/fetch/index.ts";
import { definePolicies } from "../../src/auth/policy.ts";
import type { SessionEvent } from "../../src/events.ts";
import type { SessionOptions } from "../../src/options.ts";
import { createSessions } from "../../src/sessions.ts";
import { memoryStore } from "../../src/stores/memory.ts";
import { fakeClock } from "../../src/testing/index.ts";
import { PASSWORD, type Kind } from "../sessions/harness.ts";

const SITE = "https://app.example";
const CONNECTION = "203.0.113.7";

export interface User {
  readonly id: number;
  readonly name: string;
  readonly role: "student" | "headmaster";
  /** When this user's sessions became void. */
  readonly changedAt?: number;
}

export interface Data {
  userId?: number | string;
  note?: string;
}

const isHeadmaster = (user: User) => user.role === "headmaster";

const policies = definePolicies<User>()({
  "staff:view": isHeadmaster,
  "house:list": (user: User, house: string) => isHeadmaster(user) || house === "gryffindor",
  "always fails": (): boolean => {
    throw new Error("the policy's own fault");
  },
});

/** How requests come in: by whom, and to be shown or not. */
export const requests = {
  page: { headers: { "sec-fetch-mode": "navigate", accept: "text/html" } },
  "page, HEAD": { method: "HEAD", headers: { "sec-fetch-mode": "navigate", accept: "text/html" } },
  "page of an older browser": { headers: { accept: "text/html,*/*;q=0.8" } },
  form: { method: "POST", headers: { "sec-fetch-mode": "navigate", accept: "text/html" } },
  "form of an older browser": { method: "POST", headers: { accept: "text/html,*/*;q=0.8" } },
  "script of a page": { headers: { "sec-fetch-mode": "cors", accept: "text/html" } },
  "script that sends": { method: "POST", headers: { "sec-fetch-mode": "same-origin", accept: "*/*" } },
  "program without headers": {},
  "program that wants JSON": { method: "DELETE", headers: { accept: "application/json" } },
} satisfies Record<string, RequestInit>;

export type RequestKind = keyof typeof requests;

/** Those that a browser shows the answer of, and among them those whose address is a page to come back to. */
export const shown: readonly RequestKind[] = [
  "page",
  "page, HEAD",
  "page of an older browser",
  "form",
  "form of an older browser",
];
export const pages: readonly RequestKind[] = shown.slice(0, 3);
export const programs = (Object.keys(requests) as RequestKind[]).filter((kind) => !shown.includes(kind));

type Options = Partial<Pick<GuardOptions<User, Data>, "loginPath" | "confirmPath">> &
  Pick<SessionOptions<Data>, "idleTimeout" | "absoluteTimeout">;

/** A guard over users in a map, with two of them: Ada, who is a student, and Albus, who may do everything. */
export function setUpGuard(
  { stored }: Pick<Kind, "stored">,
  { loginPath, confirmPath, ...rest }: Options = {},
) {
  const clock = fakeClock();
  const store = memoryStore({ now: clock.now });
  const events: SessionEvent[] = [];
  const sessions = createSessions<Data>({
    ...(stored ? { store } : { password: PASSWORD }),
    now: clock.now,
    onEvent: (event) => void events.push(event),
    ...rest,
  });
  const users = new Map<unknown, User>([
    [7, { id: 7, name: "Ada", role: "student" }],
    [8, { id: 8, name: "Albus", role: "headmaster" }],
  ]);
  const loadUser = vi.fn<(id: number | string) => Promise<User | undefined>>(async (id) => users.get(id));
  const guard = createGuard({
    sessions,
    loadUser,
    policies,
    validSince: (user) => user.changedAt,
    loginPath,
    confirmPath,
  });

  /** A visitor who keeps cookies as a browser does. */
  function visitor() {
    let cookie = "";
    return {
      /** Sends a request and answers the response, into which the body's answer is written as JSON. */
      async send(body: (request: Request) => unknown, init: RequestInit & { path?: string } = {}) {
        const { path = "/students", ...sent } = init;
        const headers = new Headers(sent.headers);
        if (cookie !== "") headers.set("Cookie", cookie);
        const handle = withSessions(async (request) => Response.json((await body(request)) ?? null), {
          address: () => CONNECTION,
        });
        const response = await handle(new Request(SITE + path, { ...sent, headers }));
        for (const line of response.headers.getSetCookie()) {
          const [pair = ""] = line.split(";");
          cookie = line.includes("Max-Age=0") ? "" : pair;
        }
        return response;
      },
    };
  }

  return { sessions, guard, store, clock, events, users, loadUser, visitor };
}
