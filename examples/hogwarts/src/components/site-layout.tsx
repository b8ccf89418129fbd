import { A, action, createAsync, useLocation, useSubmission } from "@solidjs/router";
import { createEffect, createMemo, For, on, onCleanup, type ParentProps, Show } from "solid-js";
import { SchoolCrest } from "~/components/crest";
import { tellLoggedOut } from "~/lib/ask-again";
import { logout } from "~/lib/auth";
import { findHouse } from "~/lib/houses";
import { leaveWhenEnded } from "~/lib/leave-when-ended";
import { getViewer } from "~/lib/queries";

const logoutAction = action(logout, {
  name: "logout",
  onComplete: ({ error }) => error === undefined && tellLoggedOut(),
});

/** What every page has around it: the way home, the houses, who is logged in and the way out. */
export function SiteLayout(props: ParentProps) {
  const viewer = createAsync(() => getViewer(), { deferStream: true });
  const location = useLocation();
  const loggingOut = useSubmission(logoutAction);
  let main!: HTMLElement;

  // Whose session's end this page waits for.
  const waitsFor = createMemo(() => (viewer()?.canBeEnded ? viewer()!.id : undefined));
  createEffect(() => {
    const userId = waitsFor();
    if (userId !== undefined) onCleanup(leaveWhenEnded(userId));
  });

  // A screen reader hears of a page that the router exchanged only if the focus goes there.
  createEffect(
    on(
      () => location.pathname,
      () => main.focus({ preventScroll: true }),
      { defer: true },
    ),
  );

  return (
    <>
      <a class="skip-link" href="#main">
        Skip to the content
      </a>
      <header class="site-header">
        <A class="wordmark" href="/">
          <SchoolCrest />
          <span>Hogwarts</span>
        </A>
        <Show when={viewer()}>
          {(user) => (
            <>
              <nav class="house-nav" aria-label="Main">
                <ul>
                  <For each={user().houses}>
                    {(id) => (
                      <li>
                        <A href={`/houses/${id}`} data-house={id}>
                          {findHouse(id)?.name}
                        </A>
                      </li>
                    )}
                  </For>
                  <Show when={user().isStaff}>
                    <li>
                      <A href="/staff">Staff room</A>
                    </li>
                  </Show>
                </ul>
              </nav>
              <form class="logout" method="post" action={logoutAction}>
                <A class="account-link" href="/account">
                  <span class="logout-name">{user().name}</span>
                  <span class="account-word">Account</span>
                </A>
                <button type="submit">Log out</button>
              </form>
            </>
          )}
        </Show>
      </header>
      <Show when={loggingOut.error}>
        <p class="alert" role="alert">
          You are still logged in: the logout did not work. Please try again in a moment.
        </p>
      </Show>
      <main id="main" tabindex="-1" ref={main}>
        {props.children}
      </main>
      <footer class="site-footer">
        <p>The register of students. An example application of Coatcheck.</p>
      </footer>
    </>
  );
}
