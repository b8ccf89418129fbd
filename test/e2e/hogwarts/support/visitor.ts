import { expect } from "vitest";
import { CookieJar } from "../../support/cookie-jar.ts";
import { form, formAction, formHeaders, type Received, type Sent } from "../../support/http.ts";
import { PASSWORD, type Hogwarts } from "./app.ts";

/** A visitor with a cookie jar and no JavaScript. */
export interface Visitor {
  /** Sends what a browser without JavaScript would, and keeps the cookies that come back. */
  send(sent: Sent): Promise<Received>;
  /** Opens the login page, fills in its form and sends it; follows no redirect. */
  login(username: string, password?: string, extra?: Readonly<Record<string, string>>): Promise<Received>;
  /** Presses the logout button of `/`. */
  logout(): Promise<Received>;
  /** The value of the `Cookie` header, `undefined` when the jar is empty. */
  cookie(): string | undefined;
}

/** A new visitor of a Hogwarts. */
export function visitor({ port, origin }: Pick<Hogwarts, "port" | "origin">): Visitor {
  const jar = new CookieJar();
  const submit = (action: string, fields: Readonly<Record<string, string>>) =>
    jar.send(port, { method: "POST", path: action, headers: formHeaders(origin), body: form(fields) });

  return {
    send: (sent) => jar.send(port, sent),
    cookie: () => jar.header(),
    async login(username, password = PASSWORD, extra = {}) {
      const page = await jar.send(port, { path: "/login" });
      return submit(formAction(page.body, "password"), { username, password, ...extra });
    },
    async logout() {
      const page = await jar.send(port, { path: "/" });
      return submit(formAction(page.body, "Log out"), {});
    },
  };
}

/** Logs a new visitor in; fails the test when that does not work. */
export async function loggedIn(app: Hogwarts, username: string, password?: string): Promise<Visitor> {
  const who = visitor(app);
  const answer = await who.login(username, password);
  expect(answer.status, "login").toBe(302);
  expect(who.cookie(), "cookie of the login").toBeDefined();
  return who;
}
