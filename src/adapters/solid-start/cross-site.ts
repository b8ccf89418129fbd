import { crossSiteReasonOf, crossSiteRefusal, isSafeMethod, type CrossSiteReason } from "../../auth/csrf.ts";
import { plainAnswer } from "../../auth/plain-answer.ts";
import { isServerFunction } from "./routes.ts";

/** Why a request is not let through to the application. */
export type RefusalReason = CrossSiteReason | "method";

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** SolidStart runs a server function on any method; its own client sends these. */
const SERVER_FUNCTION_METHODS: ReadonlySet<string> = new Set(["GET", "POST"]);

/**
 * Tells whether a request may reach the application: what may change something only from this site's own pages, and a
 * server function, which SolidStart runs on any method, on no other method than its client's.
 *
 * @param trusted - Origins that may send requests here.
 * @returns `undefined` if it may.
 * @see OWASP ASVS 5.0 3.5.1, 3.5.3
 */
export function refusalReasonOf(request: Request, trusted: ReadonlySet<string>): RefusalReason | undefined {
  const { method, headers, url } = request;
  if (!METHODS.has(method)) return "method";
  const serverFunction = isServerFunction(url);
  if (!serverFunction && isSafeMethod(method)) return undefined;
  if (serverFunction && !SERVER_FUNCTION_METHODS.has(method)) return "method";

  const reason = crossSiteReasonOf(request, trusted);
  if (!serverFunction) return reason;
  // Only a script of this site can send this header: on another site's request it costs a preflight, which
  // nothing here answers. A link or an image cannot send it at all, so a GET without it is not Solid's.
  const fromScript = headers.has("x-server-instance");
  if (reason === "unknown-origin" && fromScript) return undefined;
  return reason ?? (method === "GET" && !fromScript ? "method" : undefined);
}

/** The answer to a request that may not: 403, or 405 with the methods that may. */
export function refuseRequest(reason: RefusalReason, { url }: Request): Response {
  if (reason !== "method") return crossSiteRefusal();
  const allowed = isServerFunction(url) ? SERVER_FUNCTION_METHODS : METHODS;
  return plainAnswer(405, "Method not allowed.", { Allow: [...allowed].join(", ") });
}
