/** What a URL has in it that leads to a server function, and what a parser would leave out on the way to it. */
const MAY_BE_ONE = /_server|[\t\n\r]/;

/**
 * Whether a URL may be one that SolidStart hands to server functions: its path has `/_server` and whatever begins so,
 * below the application's base path if it has one.
 */
export function isServerFunction(url: string): boolean {
  // Parsed, since a path may be spelled in another way; but most are none in any spelling, and parsing takes
  // longer than all else.
  return MAY_BE_ONE.test(url) && new URL(url).pathname.includes("/_server");
}
