import type { Action } from "@solidjs/router";
import { Show } from "solid-js";
import type { StaffAccount } from "~/lib/staff";
import { maxReasonLength } from "~/lib/staff-form";
import { titleOf } from "~/lib/titles";

/** What the form of an account makes of it. */
export function nextStateOf({ isDisabled }: StaffAccount): "enabled" | "disabled" {
  return isDisabled ? "enabled" : "disabled";
}

/** Somebody's account, and the form that disables or enables it; nobody's own. */
export function StaffAccountCard(props: {
  account: StaffAccount;
  changeAction: Action<[FormData], unknown>;
  /** What was typed before the password was asked for. */
  reason: string;
}) {
  const id = () => `user-${props.account.id}`;
  return (
    <li id={id()} classList={{ current: props.account.isOwn, disabled: props.account.isDisabled }}>
      <div>
        <h3 id={`${id()}-name`}>{props.account.name}</h3>
        <p>
          <Show when={props.account.isDisabled}>
            <strong>Disabled.</strong>{" "}
          </Show>
          <Show when={props.account.isOwn}>
            <strong>You.</strong>{" "}
          </Show>
          {titleOf(props.account)}, <span class="address">{props.account.username}</span>.
        </p>
      </div>
      {/* Another form for another state: what was typed into the one is not for the other. */}
      <Show when={!props.account.isOwn && nextStateOf(props.account)} keyed>
        {(state) => (
          <form
            class="reason-form"
            method="post"
            action={props.changeAction}
            aria-labelledby={`${id()}-name`}
          >
            <input type="hidden" name="user" value={props.account.id} />
            <input type="hidden" name="to" value={state} />
            <label for={`${id()}-reason`}>Reason</label>
            <input
              id={`${id()}-reason`}
              name="reason"
              type="text"
              value={props.reason}
              autocomplete="off"
              maxlength={maxReasonLength}
              pattern=".*\S.*"
              title="Why, in a few words"
              required
            />
            <button type="submit" aria-describedby={`${id()}-name`}>
              {state === "enabled" ? "Enable" : "Disable"}
            </button>
          </form>
        )}
      </Show>
    </li>
  );
}
