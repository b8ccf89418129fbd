import { A } from "@solidjs/router";
import { HttpStatusCode } from "@solidjs/start";
import { PageTitle } from "~/components/page-title";

/** The page that is not there. */
export function NotFound() {
  return (
    <section class="notice">
      <PageTitle text="Page not found" />
      <HttpStatusCode code={404} />
      <p class="eyebrow">Error 404</p>
      <h1>This room does not exist</h1>
      <p>Or it does, but only for those who are in great need of it.</p>
      <p>
        <A href="/">Back to the entrance hall</A>
      </p>
    </section>
  );
}
