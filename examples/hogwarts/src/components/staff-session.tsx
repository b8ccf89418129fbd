import type { Action } from "@solidjs/router";
import { createUniqueId, Show } from "solid-js";
import type { StaffSession } from "~/lib/staff";

/** Somebody's session, and the button that ends it. */
export function StaffSessionCard(props: { session: StaffSession; endAction: Action<[FormData], unknown> }) {
  const heading = createUniqueId();
  return (
    <li classList={{ current: props.session.isCurrent }}>
      <div>
        <h3 id={heading}>
          {props.session.userName}, {props.session.device}
        </h3>
        <p>
          <Show when={props.session.isCurrent}>
            <strong>This device.</strong>{" "}
          </Show>
          Logged in {props.session.loggedIn}
          <Show when={props.session.methods}> by {props.session.methods}</Show>, last seen{" "}
          {props.session.lastSeen}
          <Show when={props.session.address}>
            {(address) => (
              <>
                , from <span class="address">{address()}</span>
              </>
            )}
          </Show>
          .
        </p>
      </div>
      <form method="post" action={props.endAction}>
        <input type="hidden" name="id" value={props.session.id} />
        <input type="hidden" name="user" value={props.session.userId} />
        <button type="submit" aria-describedby={heading}>
          End the session
        </button>
      </form>
    </li>
  );
}
