import { action, useSubmission } from "@solidjs/router";
import { createEffect, createSignal } from "solid-js";
import { textOf } from "~/lib/text-of";
import { login, logout } from "~/seed/auth";
import { login as loginByString, logout as logoutByString } from "~/seed/auth-by-string";

const loginAction = action(login, "login");
const loginByStringAction = action(loginByString, "login-by-string");
const logoutAction = action(logout, "logout");
const logoutByStringAction = action(logoutByString, "logout-by-string");

export default function Login() {
  const submission = useSubmission(loginAction);
  const kept = () => textOf(submission.input?.[0], "username");
  const [ready, setReady] = createSignal(false);
  createEffect(() => setReady(true));

  return (
    <main data-ready={ready()}>
      <form method="post" action={loginAction} id="login">
        <input name="username" value={kept()} />
        <input name="password" type="password" />
        <button>Log in</button>
      </form>
      <p id="error">{submission.result instanceof Error ? `Error: ${submission.result.message}` : ""}</p>
      <form method="post" action={loginByStringAction} id="login-by-string">
        <input name="username" />
        <input name="password" type="password" />
        <button>Log in</button>
      </form>
      <form method="post" action={logoutAction} id="logout">
        <button>Log out</button>
      </form>
      <form method="post" action={logoutByStringAction} id="logout-by-string">
        <button>Log out</button>
      </form>
    </main>
  );
}
