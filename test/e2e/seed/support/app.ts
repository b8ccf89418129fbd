import { expect } from "vitest";
import { CookieJar } from "../../support/cookie-jar.ts";
import { form, formAction, formHeaders, send, type Received, type Sent } from "../../support/http.ts";
import { startServer, type Server } from "../../support/server.ts";
import { seedApp } from "../../../../scripts/lib/paths.mjs";
import { serverOf } from "../../support/fixtures.ts";

export const PASSWORD = "canary-password-of-the-seed";
const SECRET = "a secret of the end-to-end tests, longer than 32 characters";

/** Serves the built fixture, with `protect()` in front or with no middleware at all. */
export function startSeed(
  middleware: "protect" | "none" = "protect",
  env: Readonly<Record<string, string>> = {},
): Promise<Server> {
  return startServer({
    entry: serverOf(seedApp),
    cwd: seedApp,
    env: { SESSION_SECRET: SECRET, SEED_PASSWORD: PASSWORD, SEED_MIDDLEWARE: middleware, ...env },
  });
}

/** What the fixture noted about itself. */
export interface Notes {
  readonly effects: number;
  /** Outcomes of writes to a session after the head of the response had left. */
  readonly lateWrites: readonly string[];
  /** What `useSession` said outside of a request. */
  readonly outside: string;
  /** Addresses of the server functions by name. */
  readonly urls: Readonly<Record<string, string>>;
}

export async function notesOf({ port }: Server): Promise<Notes> {
  return JSON.parse((await send(port, { path: "/api/notes" })).body) as Notes;
}

/** A visitor without JavaScript. */
export class Visitor {
  readonly jar = new CookieJar();
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  send(sent: Sent): Promise<Received> {
    return this.jar.send(this.#server.port, sent);
  }

  /** Fills in a form of a page and sends it; follows no redirect. */
  async submit(
    page: string,
    formId: string,
    fields: Readonly<Record<string, string>>,
    headers: Sent["headers"] = [],
  ): Promise<Received> {
    const { body } = await this.send({ path: page });
    return this.send({
      method: "POST",
      path: formAction(body, `id="${formId}"`),
      headers: [...formHeaders(this.#server.origin), ...headers],
      body: form(fields),
    });
  }

  /** Calls a server function as Solid's own client does, with the fields of a form as its argument. */
  call(
    url: string,
    fields: Readonly<Record<string, string>> = {},
    headers: Sent["headers"] = [],
  ): Promise<Received> {
    const { origin } = this.#server;
    const id = new URL(url, origin).searchParams.get("id") ?? "";
    return this.send({
      method: "POST",
      path: "/_server",
      headers: [
        ["X-Server-Id", id],
        ["X-Server-Instance", "server-fn:0"],
        ["X-Start-Type", "3"],
        ["Content-Type", "application/x-www-form-urlencoded"],
        ["Origin", origin],
        ["Sec-Fetch-Site", "same-origin"],
        ["Referer", `${origin}/marked`],
        ...headers,
      ],
      body: form(fields),
    });
  }

  /** What the fixture's own session of a kind holds now. */
  async mark(kind: "sealed" | "stored" = "sealed"): Promise<string | undefined> {
    const { body } = await this.send({ path: `/api/probe?kind=${kind}` });
    return (JSON.parse(body) as { data: { mark?: string } }).data.mark;
  }

  /** Exactly what the seed's session holds now. */
  async session(): Promise<unknown> {
    const { body } = await this.send({ path: "/api/session" });
    return (JSON.parse(body) as { data: unknown }).data;
  }
}

/** The one line that sets a cookie; fails when there is none or more than one. */
export function setCookieOf({ cookies }: Received, name: string): string {
  const lines = cookies.filter((line) => line.startsWith(`${name}=`));
  expect(lines, `Set-Cookie of ${name}`).toHaveLength(1);
  return lines[0]!;
}
