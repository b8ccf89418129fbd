import { expect, test } from "vitest";
import { refusalReasonOf } from "../../../src/adapters/solid-start/cross-site.ts";

/** The part of a request that is looked at, with a URL as it was sent: a `Request` would spell it anew. */
function sent(method: string, url: string): Request {
  return { method, url, headers: new Headers({ "sec-fetch-site": "cross-site" }) } as Request;
}

test.each([
  "/_server",
  "/_server?id=1",
  "/x/../_server",
  String.raw`/x\..\_server`,
  String.raw`/x\_server`,
  "/_ser\tver",
  "/\n_server",
  "/_serve\rr",
])("a server function at %j is one however its path is spelled", (path) => {
  for (const method of ["GET", "POST"])
    expect(refusalReasonOf(sent(method, `https://app.example${path}`), new Set())).toBe("cross-site");
});

test("a page is read from anywhere, also with such words in its query", () => {
  for (const path of ["/", "/houses?from=/_server"])
    expect(refusalReasonOf(sent("GET", `https://app.example${path}`), new Set())).toBeUndefined();
});
