import { action, createAsync } from "@solidjs/router";
import { createEffect, createSignal } from "solid-js";
import { act } from "~/lib/functions";
import { getKeptForm } from "~/lib/queries";

const actAction = action(act, "act");

/** A page with a form whose handling wants a fresh password. */
export default function Sudo() {
  const kept = createAsync(() => getKeptForm(), { deferStream: true });
  const [ready, setReady] = createSignal(false);
  createEffect(() => setReady(true));
  return (
    <main data-ready={ready()}>
      <form method="post" action={actAction} id="act">
        <input name="reason" value={kept()?.["reason"] ?? ""} />
        <input name="secret" type="password" />
        <button>Act</button>
      </form>
    </main>
  );
}
