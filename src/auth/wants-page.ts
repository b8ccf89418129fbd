type RequestHead = Pick<Request, "method" | "headers">;

/**
 * Whether a browser is about to show the answer to this request, to a link or a form; a program is told in
 * JSON instead.
 */
export function isShown({ headers }: Pick<RequestHead, "headers">): boolean {
  const mode = headers.get("sec-fetch-mode");
  return mode === null ? (headers.get("accept") ?? "").includes("text/html") : mode === "navigate";
}

/** Whether this request is for a page, whose address a visitor can come back to. */
export function wantsPage({ method, headers }: RequestHead): boolean {
  return (method === "GET" || method === "HEAD") && isShown({ headers });
}
