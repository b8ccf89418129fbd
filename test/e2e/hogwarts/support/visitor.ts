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
  /** Opens a page and sends the form of it that has `mark` in it; follows no redirect. */
  submit(path: string, mark: string, fields: Readonly<Record<string, string>>): Promise<Received>;
  /** Presses the logout button of `/`. */
  logout(): Promise<Received>;
  /** The session's cookie, as a `Cookie` header has it; `undefined` while there is none. */
  cookie(): string | undefined;
  /** The value of the whole `Cookie` header, `undefined` when the jar is empty. */
  cookies(): string | undefined;
}

/** A new visitor of a Hogwarts. */
export function visitor({ port, origin }: Pick<Hogwarts, "port" | "origin">): Visitor {
  const jar = new CookieJar();
  const submit: Visitor["submit"] = async (path, mark, fields) => {
    const page = await jar.send(port, { path });
    const action = formAction(page.body, mark);
    return jar.send(port, { method: "POST", path: action, headers: formHeaders(origin), body: form(fields) });
  };

  return {
    send: (sent) => jar.send(port, sent),
    cookie: () =>
      jar
        .header()
        ?.split("; ")
        .find((pair) => /^(?:__Host-)?session=/.test(pair)),
    cookies: () => jar.header(),
    submit,
    login: (username, password = PASSWORD, extra = {}) =>
      submit("/login", "password", { username, password, ...extra }),
    logout: () => submit("/", "Log out", {}),
  };
}

/** Logs a new visitor in; fails the test when that does not work. */
export async function loggedIn(app: Hogwarts, username: string, password?: string): Promise<Visitor> {
  const who = visitor(app);
  const answer = await who.login(username, password);
  expect(answer.status, "login").toBe(302);
  expect(answer.header("location"), "login").not.toContain("error");
  expect(who.cookie(), "cookie of the login").toBeDefined();
  return who;
}
