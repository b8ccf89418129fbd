import { guardsApp } from "../../../../scripts/lib/paths.mjs";
import { CookieJar } from "../../support/cookie-jar.ts";
import { serverOf } from "../../support/fixtures.ts";
import {
  form,
  formAction,
  formHeaders,
  send,
  type Header,
  type Received,
  type Sent,
} from "../../support/http.ts";
import { startServer, type Server } from "../../support/server.ts";

export const PASSWORD = "canary-password-of-the-guards";
export type Username = "harry" | "albus";

/** What a browser says of a page that it wants. */
export const PAGE: readonly Header[] = [
  ["Sec-Fetch-Site", "none"],
  ["Sec-Fetch-Mode", "navigate"],
  ["Sec-Fetch-Dest", "document"],
  ["Accept", "text/html,application/xhtml+xml"],
];

/**
 * Serves the built fixture: `protect()` and a guard of paths in front, nothing of the kind, nor
 * what hides errors, or a guard even before `protect()`.
 */
export function startGuards(middleware: "protect" | "none" | "last" = "protect"): Promise<Server> {
  const env = { GUARDS_PASSWORD: PASSWORD, GUARDS_MIDDLEWARE: middleware };
  return startServer({ entry: serverOf(guardsApp), cwd: guardsApp, env });
}

/** What the fixture notes about itself, and the addresses of its server functions by name. */
export interface Notes {
  readonly loads: number;
  readonly done: readonly string[];
  readonly urls: Readonly<Record<string, string>>;
}

export async function notesOf({ port }: Server): Promise<Notes> {
  return JSON.parse((await send(port, { path: "/api/control" })).body) as Notes;
}

/** Sets roles, the time and the store of the fixture; see its `api/control`. */
export async function control(
  { port, origin }: Server,
  wanted: {
    readonly loads?: 0;
    readonly down?: boolean;
    readonly ahead?: number;
    readonly done?: readonly string[];
    readonly roles?: Readonly<Partial<Record<Username, "student" | "headmaster">>>;
    readonly changed?: Readonly<Partial<Record<Username, number>>>;
  },
): Promise<void> {
  const headers: Header[] = [
    ["Content-Type", "application/json"],
    ["Origin", origin],
  ];
  await send(port, { method: "POST", path: "/api/control", headers, body: JSON.stringify(wanted) });
}

/** The fixture as it was when it began. */
export async function reset(server: Server): Promise<void> {
  await control(server, {
    loads: 0,
    down: false,
    ahead: 0,
    done: [],
    roles: { harry: "student", albus: "headmaster" },
    changed: { harry: 0, albus: 0 },
  });
}

/** A visitor: a browser without JavaScript, or Solid's own client. */
export class Visitor {
  readonly jar = new CookieJar();
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  send(sent: Sent): Promise<Received> {
    return this.jar.send(this.#server.port, sent);
  }

  /** Opens a page as a browser does. */
  open(path: string): Promise<Received> {
    return this.send({ path, headers: PAGE });
  }

  /** Fills in a form of a page and sends it without JavaScript; follows no redirect. */
  async submit(page: string, formId: string, fields: Readonly<Record<string, string>>): Promise<Received> {
    const { body } = await this.open(page);
    return this.send({
      method: "POST",
      path: formAction(body, `id="${formId}"`),
      headers: [...formHeaders(this.#server.origin), ["Referer", this.#server.origin + page]],
      body: form(fields),
    });
  }

  /** Calls a server function as Solid's own client does, with the fields of a form as its argument. */
  call(
    url: string,
    fields: Readonly<Record<string, string>> = {},
    headers: readonly Header[] = [],
  ): Promise<Received> {
    return this.send({
      method: "POST",
      path: "/_server",
      headers: [
        ["X-Server-Id", new URL(url, this.#server.origin).searchParams.get("id") ?? ""],
        ["X-Server-Instance", "server-fn:0"],
        ["X-Start-Type", "3"],
        ["Content-Type", "application/x-www-form-urlencoded"],
        ["Origin", this.#server.origin],
        ["Sec-Fetch-Site", "same-origin"],
        ["Sec-Fetch-Mode", "cors"],
        ["Accept", "*/*"],
        ...headers,
      ],
      body: form(fields),
    });
  }

  async logIn(username: Username): Promise<this> {
    const answer = await this.submit("/login", "login", { username, password: PASSWORD });
    if (answer.header("location")?.includes("error") !== false) throw new Error("The login has failed.");
    return this;
  }
}
