import type { Sent } from "../../support/http.ts";
import type { OwnRequests } from "./own-requests.ts";

/** One request of the matrix. */
export interface Cell {
  readonly sent: Sent;
  readonly target: Target;
  readonly method: string;
  readonly contentType: string | undefined;
  readonly secFetchSite: string | undefined;
  readonly origin: string | undefined;
}

/** Who can have sent a request: this site's pages, another site's, or no browser that does not lie. */
export type Sender = "own" | "foreign" | "nobody";

interface Target {
  readonly kind: "login" | "logout" | "query" | "api" | "page";
  /** How a server function is named. */
  readonly idIn?: "url" | "header";
  /** Whether the header is there that Solid's script always sends, and a foreign page cannot. */
  readonly fromScript: boolean;
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const URLENCODED = "application/x-www-form-urlencoded";
const MULTIPART = "multipart/form-data; boundary=boundary";
const CONTENT_TYPES = [URLENCODED, MULTIPART, "text/plain", "application/json", undefined];
const SEC_FETCH_SITES = ["same-origin", "same-site", "cross-site", "none", undefined];
const TARGETS: readonly Target[] = [
  ...(["login", "logout", "query"] as const).flatMap((kind) =>
    (["url", "header"] as const).flatMap((idIn) =>
      [true, false].map((fromScript) => ({ kind, idIn, fromScript })),
    ),
  ),
  { kind: "api", fromScript: false },
  { kind: "page", fromScript: false },
];

/** Origins that are not the application's, some of them dressed up as it. */
export function foreignOrigins(port: number): string[] {
  return [
    "https://evil.example",
    "null",
    `http://127.0.0.1:${port}.evil.example`,
    `http://127.0.0.1.evil.example:${port}`,
    `http://evil.example:${port}`,
    `http://localhost:${port}`,
    `http://127.0.0.1:${port + 1}`,
    "http://127.0.0.1",
    `http://user@127.0.0.1:${port}`,
    `http://127.0.0.1:${port}@evil.example`,
    `http://127.0.0.1:${port}/`,
    `http://127.0.0.1:${port}, https://evil.example`,
    "",
  ];
}

/** Every combination; `credentials` are those that the attacker would log the visitor in with. */
export function* cells(
  port: number,
  own: OwnRequests,
  credentials: Readonly<Record<string, string>>,
): Generator<Cell> {
  const origins = [`http://127.0.0.1:${port}`, undefined, ...foreignOrigins(port)];
  for (const target of TARGETS)
    for (const method of METHODS)
      for (const contentType of CONTENT_TYPES)
        for (const secFetchSite of SEC_FETCH_SITES)
          for (const origin of origins) {
            const sent = requestFor(target, method, contentType, own, credentials);
            const marks: [string, string][] = [];
            if (secFetchSite !== undefined) marks.push(["Sec-Fetch-Site", secFetchSite]);
            if (origin !== undefined) marks.push(["Origin", origin]);
            yield {
              sent: { ...sent, headers: [...sent.headers!, ...marks] },
              target,
              method,
              contentType,
              secFetchSite,
              origin,
            };
          }
}

function requestFor(
  target: Target,
  method: string,
  contentType: string | undefined,
  own: OwnRequests,
  credentials: Readonly<Record<string, string>>,
): Sent {
  const headers: [string, string][] = [];
  if (contentType !== undefined) headers.push(["Content-Type", contentType]);
  const body = method === "GET" || method === "HEAD" ? {} : { body: encode(contentType, credentials) };
  if (target.kind === "api") return { method, path: "/api/slytherin/admin", headers, ...body };
  if (target.kind === "page") return { method, path: "/houses/slytherin", headers, ...body };

  const id = { login: own.login, logout: own.logout, query: own.students }[target.kind];
  const query = new URLSearchParams();
  if (target.idIn === "url") query.set("id", id);
  else headers.push(["X-Server-Id", id]);
  if (target.fromScript) headers.push(["X-Server-Instance", "server-fn:0"]);
  if (target.kind === "query") query.set("args", own.studentsArguments);
  return { method, path: query.size > 0 ? `/_server?${query}` : "/_server", headers, ...body };
}

function encode(contentType: string | undefined, fields: Readonly<Record<string, string>>): string {
  const entries = Object.entries(fields);
  if (contentType === "application/json") return JSON.stringify(fields);
  if (contentType === MULTIPART)
    return `${entries
      .map(
        ([name, value]) => `--boundary\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      )
      .join("")}--boundary--\r\n`;
  return new URLSearchParams(fields).toString();
}

/**
 * Who sends such a request, from what browsers do (Fetch, Fetch Metadata, HTML), not from how the library decides.
 * Browsers that send no `Sec-Fetch-Site` (old ones, and any on plain http) count as well.
 */
export function senderOf(cell: Cell, ownOrigin: string): Sender {
  const { method, secFetchSite, origin, target } = cell;
  // The browser itself says that another origin's page is behind it.
  if (secFetchSite === "cross-site" || secFetchSite === "same-site") return "foreign";
  if (origin !== undefined && origin !== ownOrigin) return "foreign";

  const reads = method === "GET" || method === "HEAD";
  // Typed or bookmarked: no page is behind it, so it has no Origin and can only read.
  if (secFetchSite === "none") return reads && origin === undefined && isOpened(cell) ? "own" : "nobody";
  if (secFetchSite === "same-origin") {
    // A page names its origin wherever it may change something, and not where it reads from itself.
    return reads === (origin === undefined) && appSends(cell) ? "own" : "nobody";
  }
  // No Sec-Fetch-Site: an old browser. A link or an image of any site looks like this.
  if (origin === undefined) {
    if (target.fromScript) return reads && appSends(cell) ? "own" : "nobody";
    return isOpened(cell) ? "own" : "foreign";
  }
  return !reads && appSends(cell) ? "own" : "nobody";
}

/** Whether the application sends this: its forms, its script's calls, its links. */
function appSends(cell: Cell): boolean {
  const { target, method, contentType } = cell;
  if (isOpened(cell)) return true;
  const isForm = contentType === URLENCODED || contentType === MULTIPART;
  if (target.kind === "query")
    return method === "GET" && contentType === undefined && target.idIn === "url" && target.fromScript;
  if (target.kind === "login" || target.kind === "logout") {
    // Its form names the function in the URL, its script in a header.
    return method === "POST" && isForm && target.fromScript === (target.idIn === "header");
  }
  return false;
}

/** Whether it opens a page or an API route, as a link from anywhere may. */
function isOpened({ target, method, contentType }: Cell): boolean {
  return (
    (target.kind === "page" || target.kind === "api") &&
    (method === "GET" || method === "HEAD") &&
    contentType === undefined
  );
}
