import { A, action, createAsync, useLocation } from "@solidjs/router";
import { createEffect, For, on, type ParentProps, Show } from "solid-js";
import { SchoolCrest } from "~/components/crest";
import { tellLoggedOut } from "~/lib/ask-again";
import { logout } from "~/lib/auth";
import { houses } from "~/lib/houses";
import { getViewer } from "~/lib/queries";

const logoutAction = action(logout, { name: "logout", onComplete: tellLoggedOut });

/** What every page has around it: the way home, the houses, who is logged in and the way out. */
export function SiteLayout(props: ParentProps) {
  const viewer = createAsync(() => getViewer(), { deferStream: true });
  const location = useLocation();
  let main!: HTMLElement;

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
              <nav class="house-nav" aria-label="Houses">
                <ul>
                  <For each={houses}>
                    {(house) => (
                      <li>
                        <A href={`/houses/${house.id}`} data-house={house.id}>
                          {house.name}
                        </A>
                      </li>
                    )}
                  </For>
                </ul>
              </nav>
              <form class="logout" method="post" action={logoutAction}>
                <span class="logout-name">{user().name}</span>
                <button type="submit">Log out</button>
              </form>
            </>
          )}
        </Show>
      </header>
      <main id="main" tabindex="-1" ref={main}>
        {props.children}
      </main>
      <footer class="site-footer">
        <p>The register of students. An example application of Coatcheck.</p>
      </footer>
    </>
  );
}
