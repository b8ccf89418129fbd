import { HttpStatusCode } from "@solidjs/start";
import { PageTitle } from "~/components/page-title";
import { isUnavailable } from "~/lib/unavailable";

/** What a visitor sees of a failure: that there was one. The server's log has the rest. */
export function ErrorPage(props: { error: unknown }) {
  // While nobody can say who is logged in, the fault is another and so is the advice; it is over in a moment.
  const unavailable = () => isUnavailable(props.error);
  return (
    <section class="notice">
      <PageTitle text="Something went wrong" />
      <HttpStatusCode code={unavailable() ? 503 : 500} />
      <p class="eyebrow">{unavailable() ? "Error 503" : "Error 500"}</p>
      <h1>Something went wrong</h1>
      <p>
        {unavailable()
          ? "The porter cannot find the book of visitors. Please try again in a moment."
          : "The staircases moved while we were looking. Please try again in a moment."}
      </p>
      <p>
        <a href="/" rel="external">
          Back to the entrance hall
        </a>
      </p>
    </section>
  );
}
