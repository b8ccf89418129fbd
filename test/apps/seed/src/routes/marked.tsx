import { action, createAsync, type RouteDefinition } from "@solidjs/router";
import { createEffect, createSignal } from "solid-js";
import { getMark } from "~/lib/queries";
import { explode, goTo, markAndGo, markAndStay } from "~/lib/server-functions";

const stayAction = action(markAndStay, "stay");
const goAction = action(markAndGo, "go");
const goToAction = action(goTo, "go-to");

export const route = {
  preload: () => void getMark("sealed"),
} satisfies RouteDefinition;

/** Shows the mark and changes it. */
export default function Marked() {
  const mark = createAsync(() => getMark("sealed"), { deferStream: true });
  const [failure, setFailure] = createSignal("");
  const [ready, setReady] = createSignal(false);
  createEffect(() => setReady(true));
  const tryToExplode = () =>
    explode().catch((error: unknown) => {
      const { message, ...own } = error as Error;
      setFailure(`${error instanceof Error ? "Error" : typeof error}: ${message} ${JSON.stringify(own)}`);
    });

  return (
    <main data-ready={ready()}>
      <p id="mark">{mark()}</p>
      <form method="post" action={stayAction} id="stay">
        <input name="mark" />
        <button>Stay</button>
      </form>
      <form method="post" action={goAction} id="go">
        <input name="mark" />
        <button>Go</button>
      </form>
      <form method="post" action={goToAction} id="go-to">
        <input name="to" />
        <button>Go to</button>
      </form>
      <button id="explode" onClick={() => void tryToExplode()}>
        Explode
      </button>
      <p id="failure">{failure()}</p>
    </main>
  );
}
