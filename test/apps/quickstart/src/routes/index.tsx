import { action, createAsync, query } from "@solidjs/router";
import { getUsername, logOut } from "~/lib/auth";

const username = query(getUsername, "username");

export default () => {
  const name = createAsync(() => username(), { deferStream: true });
  return (
    <form method="post" action={action(logOut, "log-out")}>
      Hello, {name()}! <button>Log out</button>
    </form>
  );
};
