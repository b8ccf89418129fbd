import {
  A,
  action,
  createAsync,
  type RouteDefinition,
  useSearchParams,
  useSubmission,
} from "@solidjs/router";
import { createEffect, createSignal, onMount, Show } from "solid-js";
import { PageTitle } from "~/components/page-title";
import { type AccountNotice, accountNotices } from "~/lib/account-notices";
import { changePassword } from "~/lib/auth";
import { maxPasswordLength, minPasswordLength } from "~/lib/password-rules";
import { getMe } from "~/lib/queries";
import { readRefusal, type RefusalParams, refusalText } from "~/lib/refusals";
import { titleOf } from "~/lib/titles";

export const route = {
  preload: () => void getMe("/account"),
} satisfies RouteDefinition;

const changeAction = action(changePassword, "change-password");

export default function Account() {
  const me = createAsync(() => getMe("/account"), { deferStream: true });
  const [search] = useSearchParams<RefusalParams & { done?: string }>();
  const notice = () =>
    Object.hasOwn(accountNotices, search.done ?? "") ? accountNotices[search.done as AccountNotice] : "";

  return (
    <Show when={me()}>
      {(user) => (
        <article>
          <PageTitle text="Your account" />
          <header class="page-head">
            <div>
              <p class="eyebrow">{titleOf(user())}</p>
              <h1>Your account</h1>
              <p class="lede">
                {user().name}, <strong>{user().username}</strong>
                <Show when={user().email}>
                  {(email) => (
                    <>
                      {" "}
                      or{" "}
                      <strong>
                        {email().split("@")[0]}
                        <wbr />@{email().split("@")[1]}
                      </strong>
                    </>
                  )}
                </Show>
              </p>
            </div>
          </header>
          <p class="status" role="status">
            {notice()}
          </p>
          <section class="part" aria-labelledby="change-password">
            <h2 id="change-password">Change your password</h2>
            <PasswordForm username={user().username} />
          </section>
          <section class="part" aria-labelledby="devices">
            <h2 id="devices">Where you are logged in</h2>
            <p>
              <A href="/account/sessions">Your devices</A>, and how to log them out.
            </p>
          </section>
        </article>
      )}
    </Show>
  );
}

function PasswordForm(props: { username: string }) {
  const [search] = useSearchParams<RefusalParams & { done?: string }>();
  const submission = useSubmission(changeAction);
  const [canShow, setCanShow] = createSignal(false);
  const [isShown, setIsShown] = createSignal(false);
  let form!: HTMLFormElement;

  const refusal = () => {
    if (submission.pending) return undefined;
    return submission.error === undefined ? readRefusal(search) : ({ code: "unavailable" } as const);
  };
  /** Whether it is the new password that cannot be used. */
  const isNew = () => /^(?:too-|contextual|breached)/.test(refusal()?.code ?? "");
  const textFor = (field: "current" | "new") => {
    const given = refusal();
    return given && isNew() === (field === "new") ? refusalText(given) : "";
  };
  const type = () => (isShown() ? "text" : "password");

  // It takes a script.
  onMount(() => setCanShow(true));
  createEffect(() => {
    if (!submission.pending && search.done !== undefined) form.reset();
  });

  return (
    <form class="sheet" method="post" action={changeAction} ref={form}>
      <input type="hidden" name="username" autocomplete="username" value={props.username} />
      <label for="current">Current password</label>
      <input
        id="current"
        name="current"
        type={type()}
        autocomplete="current-password"
        autocapitalize="none"
        spellcheck={false}
        maxlength={maxPasswordLength}
        required
        aria-invalid={textFor("current") !== ""}
        aria-describedby="current-error"
      />
      <p id="current-error" class="form-error" aria-live="polite">
        {textFor("current")}
      </p>
      <label for="new-password">New password</label>
      <input
        id="new-password"
        name="password"
        type={type()}
        autocomplete="new-password"
        autocapitalize="none"
        spellcheck={false}
        required
        aria-invalid={textFor("new") !== ""}
        aria-describedby="password-rules new-error"
      />
      <ul class="hint" id="password-rules">
        <li>{minPasswordLength} characters or more, such as a few words; any characters, blanks too.</li>
        <li>Not just your name, your address or the school's, and none that is known from breaches.</li>
        <li>Changing it logs out all your other devices.</li>
      </ul>
      <p id="new-error" class="form-error" aria-live="polite">
        {textFor("new")}
      </p>
      <Show when={canShow()}>
        <label class="checkbox">
          <input
            type="checkbox"
            checked={isShown()}
            onChange={(event) => setIsShown(event.currentTarget.checked)}
          />
          Show what I type
        </label>
      </Show>
      <button class="primary" type="submit" disabled={submission.pending}>
        {submission.pending ? "One moment…" : "Change the password"}
      </button>
    </form>
  );
}
