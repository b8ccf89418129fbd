import { createAsync, type RouteSectionProps, useSearchParams } from "@solidjs/router";
import { ErrorBoundary, Suspense } from "solid-js";
import type { Kind } from "~/lib/probe";
import * as queries from "~/lib/queries";

/** Every way in which rendering a page can write a session, and whether the head of the response waits for it. */
const ways = {
  "update-deferred": { ask: queries.update, deferStream: true },
  "update-late": { ask: queries.updateLate, deferStream: false },
  "read-and-update-late": { ask: queries.readAndUpdateLate, deferStream: false },
  "update-through-another": { ask: queries.updateThroughAnother, deferStream: true },
  "update-and-redirect": { ask: queries.updateAndRedirect, deferStream: true },
  "redirect-late": { ask: queries.redirectLate, deferStream: false },
  "fail-deferred": { ask: queries.fail, deferStream: true },
  "fail-streamed": { ask: queries.fail, deferStream: false },
};

export default function Render(props: RouteSectionProps) {
  const [search] = useSearchParams<{ kind?: Kind; mark?: string }>();
  const { ask, deferStream } = ways[props.params["what"] as keyof typeof ways];
  const answer = createAsync(() => ask(search.kind ?? "sealed", search.mark ?? ""), { deferStream });

  return (
    <ErrorBoundary fallback={<p id="failed">failed</p>}>
      <Suspense fallback={<p id="waiting">waiting</p>}>
        <p id="answer">{answer()}</p>
      </Suspense>
    </ErrorBoundary>
  );
}
