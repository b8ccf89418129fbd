import { describe, expect, test } from "vitest";
import { createRefusal, unavailable } from "../../src/auth/refusal.ts";

const refuse = createRefusal({});

/** All that a response says by itself, whatever an adapter adds. */
async function said(response: Response) {
  const { status, headers } = response;
  return { status, headers: Object.fromEntries(headers), body: await response.text() };
}

const privately = {
  "cache-control": "private, no-store",
  vary: "Cookie",
  "content-type": "application/json",
};
const inWords = { "cache-control": "no-store", "content-type": "text/plain; charset=utf-8" };

describe("a refusal is kept by no cache, and says by itself", () => {
  test.each([
    { reason: "anonymous", status: 401, error: "unauthenticated" },
    { reason: "stale", status: 401, error: "confirmation-required" },
    { reason: "forbidden", status: 403, error: "forbidden" },
  ] as const)("to a program: $status, $error", async ({ reason, status, error }) => {
    expect(await said(refuse(reason, false, "/next"))).toEqual({
      status,
      headers: privately,
      body: JSON.stringify({ error }),
    });
  });

  test.each([
    { reason: "anonymous", location: "/login?next=%2Fnext" },
    { reason: "stale", location: "/confirm?next=%2Fnext" },
  ] as const)("to a browser: a redirect to $location", async ({ reason, location }) => {
    expect(await said(refuse(reason, true, "/next"))).toEqual({
      status: 302,
      headers: { location, "cache-control": "no-store" },
      body: "",
    });
  });

  test("to a browser whose user may not: 403 in words", async () => {
    expect(await said(refuse("forbidden", true, "/next"))).toEqual({
      status: 403,
      headers: inWords,
      body: "You may not do that.\n",
    });
  });

  test("while the store is down: 503, and when to try again", async () => {
    expect(await said(unavailable(false))).toEqual({
      status: 503,
      headers: { ...privately, "retry-after": "2" },
      body: '{"error":"unavailable"}',
    });
    expect(await said(unavailable(true))).toEqual({
      status: 503,
      headers: { ...inWords, "retry-after": "2" },
      body: "The server cannot answer at the moment. Please try again in a few seconds.\n",
    });
  });
});
