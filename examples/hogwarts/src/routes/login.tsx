import { action, revalidate, useSearchParams, useSubmission } from "@solidjs/router";
import { onMount, Show } from "solid-js";
import { SchoolCrest } from "~/components/crest";
import { PageTitle } from "~/components/page-title";
import { login } from "~/lib/auth";
import { type LoginFailure, loginMessages, maxPasswordLength, maxUsernameLength } from "~/lib/login-form";
import { getViewer } from "~/lib/queries";

const loginAction = action(login, "login");

export default function Login() {
  const [search] = useSearchParams<{ error?: string; username?: string; next?: string }>();
  const submission = useSubmission(loginAction);
  // With JavaScript the action's answer, without it what the redirect says.
  const message = () => {
    if (submission.pending) return "";
    if (submission.result instanceof Error) return submission.result.message;
    return Object.hasOwn(loginMessages, search.error ?? "")
      ? loginMessages[search.error as LoginFailure]
      : "";
  };

  // A guard sends a tab here whose session ended elsewhere: its header must not show the user any longer.
  onMount(() => void revalidate(getViewer.key));

  return (
    <section class="login">
      <PageTitle text="Log in" />
      <SchoolCrest class="crest-large" />
      <h1>Log in to the register</h1>
      <form method="post" action={loginAction}>
        <Show when={search.next}>{(next) => <input type="hidden" name="next" value={next()} />}</Show>
        <label for="username">Username</label>
        <input
          id="username"
          name="username"
          type="text"
          value={search.username ?? ""}
          autocomplete="username"
          autocapitalize="none"
          autocorrect="off"
          spellcheck={false}
          maxlength={maxUsernameLength}
          required
          aria-invalid={message() !== ""}
          aria-describedby="login-error"
        />
        <label for="password">Password</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          maxlength={maxPasswordLength}
          required
          aria-invalid={message() !== ""}
          aria-describedby="login-error"
        />
        <p id="login-error" class="form-error" aria-live="polite">
          {message()}
        </p>
        <button type="submit" disabled={submission.pending}>
          {submission.pending ? "Logging in…" : "Log in"}
        </button>
      </form>
    </section>
  );
}
