import { action, type RouteSectionProps } from "@solidjs/router";
import { logIn } from "~/lib/auth";

export default (props: RouteSectionProps) => (
  <form method="post" action={action(logIn, "log-in")}>
    <input type="hidden" name="next" value={props.location.query.next ?? "/"} />
    <input name="username" aria-label="Username" autocomplete="username" required />
    <input name="password" type="password" aria-label="Password" autocomplete="current-password" required />
    <button>Log in</button> <b role="alert">{props.location.query.error && "Login failed."}</b>
  </form>
);
