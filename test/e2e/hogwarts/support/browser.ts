import type { BrowserContext, Cookie, Page } from "playwright-core";

/** Collects what a visitor's console would show as wrong, a violated content security policy included. */
export function watchForProblems(context: BrowserContext): string[] {
  const problems: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  context.on("weberror", (error) => problems.push(String(error.error())));
  return problems;
}

/** A browser's cookies, but for the one that no logout takes away: it says who has logged in here before. */
export async function sessionCookies(context: BrowserContext): Promise<Cookie[]> {
  return (await context.cookies()).filter(({ name }) => !name.endsWith("session-device"));
}

/** How a page came back: kept alive in the bfcache, loaded anew, or never left. */
export type Arrival = "restored" | "loaded" | "same document";

/**
 * Goes one step back in the history. Playwright's own `goBack` never returns from a page that the bfcache restores,
 * as such a page fires no `load`.
 */
export async function goBack(page: Page): Promise<Arrival> {
  const session = await page.context().newCDPSession(page);
  await session.send("Page.enable");
  const arrived = new Promise<Arrival>((resolve) => {
    session.once("Page.frameNavigated", ({ type }) =>
      resolve(type === "BackForwardCacheRestore" ? "restored" : "loaded"),
    );
    session.once("Page.navigatedWithinDocument", () => resolve("same document"));
  });
  const { currentIndex, entries } = await session.send("Page.getNavigationHistory");
  await session.send("Page.navigateToHistoryEntry", { entryId: entries[currentIndex - 1]!.id });
  return arrived;
}
