import { For, Show } from "solid-js";
import type { StaffEvent } from "~/lib/staff";

const names: Readonly<Record<string, string>> = {
  login: "Login",
  "login-failed": "Failed login",
  logout: "Logout",
  confirmed: "Password confirmed",
  "password-changed": "Password changed",
  "password-rehashed": "Password hash renewed",
  denied: "Denied",
  "user-revoked": "Sessions ended",
  "session-ended": "Session ended",
  "user-disabled": "Account disabled",
  "user-enabled": "Account enabled",
};

/** What happened, the last first. */
export function EventList(props: { events: readonly StaffEvent[] }) {
  return (
    <ol class="events">
      <For each={props.events}>
        {(event) => (
          <li data-type={event.type}>
            <time datetime={event.at}>{event.at.slice(0, 19).replace("T", " ")}</time>
            <p>
              <strong>{names[event.type] ?? event.type}</strong> {event.userName ?? "nobody's name"}
              <Show when={event.detail}>, {event.detail}</Show>
            </p>
            <Show when={event.address}>
              <span class="address">{event.address}</span>
            </Show>
          </li>
        )}
      </For>
    </ol>
  );
}
