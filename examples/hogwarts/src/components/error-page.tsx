import { HttpStatusCode } from "@solidjs/start";
import { PageTitle } from "~/components/page-title";

/** What a visitor sees of a failure: that there was one. The server's log has the rest. */
export function ErrorPage() {
  return (
    <section class="notice">
      <PageTitle text="Something went wrong" />
      <HttpStatusCode code={500} />
      <p class="eyebrow">Error 500</p>
      <h1>Something went wrong</h1>
      <p>The staircases moved while we were looking. Please try again in a moment.</p>
      <p>
        <a href="/" rel="external">
          Back to the entrance hall
        </a>
      </p>
    </section>
  );
}
