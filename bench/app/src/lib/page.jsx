import { createAsync } from "@solidjs/router";

/** About as much as a small page has. */
const TEXT = "It is our choices that show what we truly are, far more than our abilities. ".repeat(12);

/** The page of every route. @param props.find - The query that says whose it is. */
export function Page(props) {
  const userId = createAsync(() => props.find(), { deferStream: true });
  return (
    <main data-user={userId() ?? "nobody"}>
      <p>{TEXT}</p>
    </main>
  );
}
