import type { DenialReason } from "../events.ts";
import { plainAnswer } from "./plain-answer.ts";
import { checkPath, safeNext } from "./redirect.ts";

/** Pages of the application that a refusal leads to. */
export interface RefusalPages {
  readonly loginPath?: string | undefined;
  readonly confirmPath?: string | undefined;
}

/**
 * Answers somebody whom a guard does not let pass: a visitor whose browser shows the answer with a redirect
 * or in words, a program in JSON.
 *
 * @param shown - Whether a browser shows it.
 * @param next - Path to come back to, for a redirect.
 */
export type Refuse = (reason: DenialReason, shown: boolean, next: string | undefined) => Response;

/** Seconds after which it makes sense to try again while the store is down. */
export const RETRY_AFTER = "2";

const STATUS = { anonymous: 401, stale: 401, forbidden: 403 };
const NAME = { anonymous: "unauthenticated", stale: "confirmation-required", forbidden: "forbidden" };

/** Builds the refusals of an application. @throws SessionError `ERR_SESSION_CONFIG` for what is no path on this site */
export function createRefusal(pages: RefusalPages): Refuse {
  const loginPath = checkPath("loginPath", pages.loginPath ?? "/login");
  const confirmPath = checkPath("confirmPath", pages.confirmPath ?? "/confirm");
  return (reason, shown, next) => {
    if (!shown) return jsonError(STATUS[reason], NAME[reason]);
    if (reason === "forbidden") return plainAnswer(403, "You may not do that.");
    return redirectTo(reason === "anonymous" ? loginPath : confirmPath, next);
  };
}

/** Answers while nobody knows who is logged in, as the store is down: 503, in words or in JSON. */
export function unavailable(shown: boolean): Response {
  const headers = { "Retry-After": RETRY_AFTER };
  return shown
    ? plainAnswer(503, "The server cannot answer at the moment. Please try again in a few seconds.", headers)
    : jsonError(503, "unavailable", headers);
}

function redirectTo(page: string, next: string | undefined): Response {
  const target = next === undefined ? "" : safeNext(next, "");
  const query = target === "" ? "" : `${page.includes("?") ? "&" : "?"}next=${encodeURIComponent(target)}`;
  return new Response(null, {
    status: 302,
    headers: { Location: page + query, "Cache-Control": "no-store" },
  });
}

function jsonError(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(
    { error },
    { status, headers: { "Cache-Control": "private, no-store", Vary: "Cookie", ...headers } },
  );
}
