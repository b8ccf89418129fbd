import { describe, expect, test } from "vitest";
import { refuse } from "../../../src/auth/login/outcome.ts";
import { kinds } from "../../sessions/harness.ts";
import { HARRY, setUp } from "./harness.ts";

const IN = { ok: true, userId: 7 };
const CROSS_SITE = refuse("cross-site");
const NEW = "a password that nobody had before";

const foreign: readonly Readonly<Record<string, string>>[] = [
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
  { "sec-fetch-site": "none" },
  { "sec-fetch-site": "whatever" },
  { "sec-fetch-site": "cross-site", origin: "https://app.example" },
  { "sec-fetch-site": "same-origin", origin: "https://evil.example" },
  { origin: "https://evil.example" },
  { origin: "https://app.example.evil.example" },
  { origin: "https://sub.app.example" },
  { origin: "https://app.example:8443" },
  { origin: "http://app.example" },
  { origin: "null" },
];

const own: readonly Readonly<Record<string, string>>[] = [
  // A program: nobody's browser, so nobody's cookies.
  {},
  { "sec-fetch-site": "same-origin" },
  { "sec-fetch-site": "same-origin", origin: "https://app.example" },
  { origin: "https://app.example" },
  { "sec-fetch-site": "cross-site", origin: "https://accounts.example" },
];

describe.each(kinds)("in a $kind session, a form that another site's page has sent", (kind) => {
  test.each(foreign)("logs nobody in, before anybody is looked up: %o", async (headers) => {
    const { visitor, findUser, verify, events } = await setUp(kind, {
      login: { trustedOrigins: ["https://accounts.example"] },
    });
    const one = visitor();
    expect(await one.send({ identifier: "Harry", password: HARRY }, headers)).toEqual(CROSS_SITE);
    expect([findUser.mock.calls, verify.mock.calls, one.cookie]).toEqual([[], [], undefined]);
    expect(events).toEqual([
      expect.objectContaining({ type: "login-failed", reason: "cross-site", userId: undefined }),
    ]);
  });

  test.each(foreign)("confirms and changes no password: %o", async (headers) => {
    const { visitor, login, verify, users } = await setUp(kind, {
      login: { trustedOrigins: ["https://accounts.example"] },
    });
    const one = visitor();
    await one.login("Harry", HARRY);
    verify.mockClear();
    const { passwordHash } = users.get(7)!;
    const change = { current: HARRY, next: NEW };
    expect(await one.request((exchange) => login.confirm(exchange, HARRY), headers)).toEqual(CROSS_SITE);
    expect(await one.request((exchange) => login.changePassword(exchange, change), headers)).toEqual(
      CROSS_SITE,
    );
    expect([verify.mock.calls, users.get(7)!.passwordHash]).toEqual([[], passwordHash]);
  });

  test.each(own)("is not one with %o", async (headers) => {
    const { visitor, login } = await setUp(kind, { login: { trustedOrigins: ["https://accounts.example"] } });
    const one = visitor();
    expect(await one.send({ identifier: "Harry", password: HARRY }, headers)).toEqual(IN);
    expect(await one.request((exchange) => login.confirm(exchange, HARRY), headers)).toEqual(IN);
    const change = { current: HARRY, next: NEW };
    expect(await one.request((exchange) => login.changePassword(exchange, change), headers)).toEqual(IN);
  });

  test("may be one of an origin that is trusted, and of that alone", async () => {
    const headers = { "sec-fetch-site": "cross-site", origin: "https://accounts.example" };
    const { visitor } = await setUp(kind);
    expect(await visitor().send({ identifier: "Harry", password: HARRY }, headers)).toEqual(CROSS_SITE);
  });
});
