import { A } from "@solidjs/router";
import { HttpStatusCode } from "@solidjs/start";
import type { ParentProps } from "solid-js";
import { PageTitle } from "~/components/page-title";

/** The page that is there, but not for this visitor. */
export function Forbidden(props: ParentProps) {
  return (
    <section class="notice">
      <PageTitle text="Not for you" />
      <HttpStatusCode code={403} />
      <p class="eyebrow">Error 403</p>
      <h1>The portrait does not let you in</h1>
      <p>{props.children}</p>
      <p>
        <A href="/">Back to the entrance hall</A>
      </p>
    </section>
  );
}
