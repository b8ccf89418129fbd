import { action, createAsync, type RouteDefinition } from "@solidjs/router";
import { createEffect, createSignal } from "solid-js";
import { demote, leave, logOut } from "~/lib/functions";
import { getMember } from "~/lib/queries";

const logOutAction = action(logOut, "log-out");
const leaveAction = action(leave, "leave");
const demoteAction = action(demote, "demote");

export const route = { preload: () => void getMember() } satisfies RouteDefinition;

/** For users; what it shows depends on nothing else. */
export default function Members() {
  const member = createAsync(() => getMember(), { deferStream: true });
  const [ready, setReady] = createSignal(false);
  createEffect(() => setReady(true));
  return (
    <main data-ready={ready()}>
      <p id="member">{member()?.username}</p>
      <form method="post" action={logOutAction} id="log-out">
        <button>Log out</button>
      </form>
      <form method="post" action={leaveAction} id="leave">
        <button>Leave</button>
      </form>
      <form method="post" action={demoteAction} id="demote">
        <button>Demote</button>
      </form>
    </main>
  );
}
