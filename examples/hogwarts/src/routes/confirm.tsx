import {
  action,
  createAsync,
  type RouteDefinition,
  useLocation,
  useSearchParams,
  useSubmission,
} from "@solidjs/router";
import { Show } from "solid-js";
import { SchoolCrest } from "~/components/crest";
import { PageTitle } from "~/components/page-title";
import { confirm } from "~/lib/auth";
import { maxPasswordLength } from "~/lib/password-rules";
import { getMe } from "~/lib/queries";
import { readRefusal, type RefusalParams, refusalText } from "~/lib/refusals";

export const route = {
  preload: ({ location }) => void getMe(location.pathname + location.search),
} satisfies RouteDefinition;

const confirmAction = action(confirm, "confirm");

/** Where a guard sends those who have to type their password again. */
export default function Confirm() {
  const location = useLocation();
  const me = createAsync(() => getMe(location.pathname + location.search), { deferStream: true });
  const [search] = useSearchParams<RefusalParams & { next?: string }>();
  const submission = useSubmission(confirmAction);
  const message = () => {
    if (submission.pending) return "";
    if (submission.error !== undefined) return refusalText({ code: "unavailable" });
    const refusal = readRefusal(search);
    return refusal ? refusalText(refusal) : "";
  };

  return (
    <Show when={me()}>
      {(user) => (
        <section class="login">
          <PageTitle text="Your password, please" />
          <SchoolCrest class="crest-large" />
          <h1>Is it you, {user().name}?</h1>
          <form class="sheet" method="post" action={confirmAction}>
            <p class="hint" id="confirm-why">
              What comes next is for your eyes and hands alone. Type your password again; nothing that you
              have filled in is lost.
            </p>
            <Show when={search.next}>{(next) => <input type="hidden" name="next" value={next()} />}</Show>
            {/* So that a password manager knows whose password it is. */}
            <input type="hidden" name="username" autocomplete="username" value={user().username} />
            <label for="password">Password</label>
            <input
              id="password"
              name="password"
              type="password"
              autocomplete="current-password"
              maxlength={maxPasswordLength}
              required
              aria-invalid={message() !== ""}
              aria-describedby="confirm-why confirm-error"
            />
            <p id="confirm-error" class="form-error" aria-live="polite">
              {message()}
            </p>
            <button class="primary" type="submit" disabled={submission.pending}>
              {submission.pending ? "One moment…" : "Go on"}
            </button>
          </form>
        </section>
      )}
    </Show>
  );
}
