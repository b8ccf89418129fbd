import { action, revalidate, useSearchParams, useSubmission } from "@solidjs/router";
import { onMount, Show } from "solid-js";
import { SchoolCrest } from "~/components/crest";
import { PageTitle } from "~/components/page-title";
import { login } from "~/lib/auth";
import { maxPasswordLength } from "~/lib/password-rules";
import { getViewer } from "~/lib/queries";
import { readRefusal, type RefusalParams, refusalText } from "~/lib/refusals";
import { maxUsernameLength } from "~/lib/users";

const loginAction = action(login, "login");

export default function Login() {
  const [search] = useSearchParams<RefusalParams & { username?: string; remember?: string; next?: string }>();
  const submission = useSubmission(loginAction);
  // With JavaScript the action's answer, without it what the redirect says.
  const message = () => {
    if (submission.pending) return "";
    if (submission.result instanceof Error) return submission.result.message;
    const refusal = readRefusal(search);
    return refusal ? refusalText(refusal) : "";
  };

  // A guard sends a tab here whose session ended elsewhere: its header must not show the user any longer.
  onMount(() => void revalidate(getViewer.key));

  return (
    <section class="login">
      <PageTitle text="Log in" />
      <SchoolCrest class="crest-large" />
      <h1>Log in to the register</h1>
      <form class="sheet" method="post" action={loginAction}>
        <Show when={search.next}>{(next) => <input type="hidden" name="next" value={next()} />}</Show>
        <label for="username">Username or e-mail address</label>
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
        <label class="checkbox">
          <input name="remember" type="checkbox" checked={search.remember === "on"} />
          Stay logged in on this device
        </label>
        <p id="login-error" class="form-error" aria-live="polite">
          {message()}
        </p>
        <button class="primary" type="submit" disabled={submission.pending}>
          {submission.pending ? "Logging in…" : "Log in"}
        </button>
      </form>
    </section>
  );
}
