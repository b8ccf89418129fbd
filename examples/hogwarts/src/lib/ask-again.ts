import { revalidate } from "@solidjs/router";

const loggedOut = "logged-out";

/**
 * Makes this tab ask the server again wherever the browser would show what it still remembers.
 * Call it before the router starts, so that its listeners come first.
 */
export function askAgain(): void {
  // Back to a whole page that the browser kept alive.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  // Back within the application, which would answer from the router's memory.
  addEventListener("popstate", () => void revalidate());
  // Another tab logged out.
  new BroadcastChannel(loggedOut).addEventListener("message", () => void revalidate());
}

/** Tells the other tabs that the session they share has ended. */
export function tellLoggedOut(): void {
  const channel = new BroadcastChannel(loggedOut);
  channel.postMessage(null);
  channel.close();
}
