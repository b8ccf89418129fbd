import { isLoopback } from "../../core/transport.ts";

/** SolidStart's cookie with the outcome of a form that was sent without JavaScript. */
const FLASH = "flash";
const FLASH_SECONDS = 60;

/** What SolidStart writes into its flash cookie. */
interface FlashContent {
  input?: unknown;
}

/**
 * Takes out of a server function's response what must not leave:
 *
 * - the fields of a submitted form, passwords among them, that SolidStart puts into a cookie when an action returns a
 *   value and there is no JavaScript to receive it; named fields stay;
 * - a `Location` copied from the Referer, and this host's name in any other, which is wrong behind a proxy;
 * - the message of an error, repeated in `X-Error`; the client only asks whether the header is there.
 *
 * @param fields - Form fields that may stay, to fill the form again.
 * @returns the response, copied where its headers cannot be changed.
 */
export function scrubResponse(response: Response, request: Request, fields: ReadonlySet<string>): Response {
  const cookies = response.headers.getSetCookie();
  const location = response.headers.get("Location");
  if (!cookies.some(isFlash) && location === null && !response.headers.has("X-Error")) return response;

  const headers = new Headers(response.headers);
  scrubErrorHeader(headers);
  if (location !== null) headers.set("Location", ownLocation(location, request));
  headers.delete("Set-Cookie");
  for (const line of cookies) {
    const kept = isFlash(line) ? scrubFlash(line, request.url, fields) : line;
    if (kept !== undefined) headers.append("Set-Cookie", kept);
  }
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** See {@link scrubResponse}; SolidStart sets this one apart from the response. */
export function scrubErrorHeader(headers: Headers): void {
  if (headers.has("X-Error")) headers.set("X-Error", "true");
}

const isFlash = (line: string): boolean => line.startsWith(`${FLASH}=`);

function scrubFlash(line: string, url: string, fields: ReadonlySet<string>): string | undefined {
  const end = line.indexOf(";");
  const value = line.slice(FLASH.length + 1, end === -1 ? line.length : end);
  if (value === "") return line;
  let content: FlashContent;
  try {
    content = JSON.parse(decodeURIComponent(value)) as FlashContent;
  } catch {
    return undefined;
  }
  content.input = [keptFields(content.input, fields)];
  const secure = isLoopback(url) ? "" : "; Secure";
  const text = encodeURIComponent(JSON.stringify(content));
  return `${FLASH}=${text}; Max-Age=${FLASH_SECONDS}; Path=/; HttpOnly${secure}; SameSite=Lax`;
}

/** The last argument of the action is the form, as a list of entries; the others were bound to it by the page. */
function keptFields(input: unknown, fields: ReadonlySet<string>): unknown[] {
  const form: unknown = Array.isArray(input) ? input.at(-1) : undefined;
  if (!Array.isArray(form)) return [];
  return form.filter(
    (entry) => Array.isArray(entry) && typeof entry[1] === "string" && fields.has(String(entry[0])),
  );
}

/** A path on this site where it is one; the root instead of what the Referer said about another. */
function ownLocation(location: string, request: Request): string {
  const here = new URL(request.url);
  const target = URL.parse(location, here);
  if (target === null) return "/";
  const path = target.pathname + target.search + target.hash;
  if (target.origin === here.origin) return path.startsWith("//") ? "/" : path;
  const referer = request.headers.get("referer");
  return referer !== null && URL.parse(referer)?.href === target.href ? "/" : location;
}
