import { action, useSearchParams } from "@solidjs/router";
import { createEffect, createSignal } from "solid-js";
import { logIn, logInAsked } from "~/lib/functions";

const logInAction = action(logIn, "log-in");
const logInAskedAction = action(logInAsked, "log-in-asked");

export default function Login() {
  const [search] = useSearchParams<{ next?: string; error?: string }>();
  const [ready, setReady] = createSignal(false);
  createEffect(() => setReady(true));
  return (
    <main data-ready={ready()}>
      <form method="post" action={logInAction} id="login">
        <input type="hidden" name="next" value={search.next ?? ""} />
        <input name="username" />
        <input name="password" type="password" />
        <button>Log in</button>
      </form>
      <form method="post" action={logInAskedAction} id="asked">
        <input name="username" />
        <input name="password" type="password" />
        <button>Log in and ask</button>
      </form>
      <p id="error">{search.error}</p>
    </main>
  );
}
