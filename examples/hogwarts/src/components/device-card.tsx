import type { Action } from "@solidjs/router";
import { createUniqueId, Show } from "solid-js";
import type { Device } from "~/lib/devices";

/** One device, and the button that logs it out. */
export function DeviceCard(props: { device: Device; endAction: Action<[FormData], unknown> }) {
  const heading = createUniqueId();
  return (
    <li classList={{ current: props.device.isCurrent }}>
      <div>
        <h2 id={heading}>{props.device.name}</h2>
        <p>
          <Show when={props.device.isCurrent}>
            <strong>This device.</strong>{" "}
          </Show>
          Logged in {props.device.loggedIn}, last seen {props.device.lastSeen}
          <Show when={props.device.address}>
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
        <input type="hidden" name="id" value={props.device.id} />
        <button type="submit" aria-describedby={heading}>
          Log out {props.device.isCurrent ? "here" : "there"}
        </button>
      </form>
    </li>
  );
}
