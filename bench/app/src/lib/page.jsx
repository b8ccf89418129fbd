import { createAsync } from "@solidjs/router";
import { TEXT } from "../../../http/page.ts";

/** The page of every route. @param props.find - The query that says whose it is. */
export function Page(props) {
  const userId = createAsync(() => props.find(), { deferStream: true });
  return (
    <main data-user={userId() ?? "nobody"}>
      <p>{TEXT}</p>
    </main>
  );
}
