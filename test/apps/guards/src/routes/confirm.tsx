import { action, useSearchParams } from "@solidjs/router";
import { createEffect, createSignal } from "solid-js";
import { confirm } from "~/lib/functions";

const confirmAction = action(confirm, "confirm");

export default function Confirm() {
  const [search] = useSearchParams<{ next?: string; error?: string }>();
  const [ready, setReady] = createSignal(false);
  createEffect(() => setReady(true));
  return (
    <main data-ready={ready()}>
      <form method="post" action={confirmAction} id="confirm">
        <input type="hidden" name="next" value={search.next ?? ""} />
        <input name="password" type="password" />
        <button>Confirm</button>
      </form>
      <p id="error">{search.error}</p>
    </main>
  );
}
