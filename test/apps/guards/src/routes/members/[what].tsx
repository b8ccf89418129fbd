import { createAsync, type RouteSectionProps } from "@solidjs/router";
import { ErrorBoundary, Suspense } from "solid-js";
import * as queries from "~/lib/queries";

/** Every kind of guarded query, and whether the head of the response waits for it. */
const ways: Record<string, { ask: (page: string) => Promise<unknown>; deferStream: boolean }> = {
  deferred: { ask: () => queries.getMember(), deferStream: true },
  streamed: { ask: () => queries.getMember(), deferStream: false },
  named: { ask: (page) => queries.getMemberOf(page), deferStream: true },
  all: { ask: () => queries.getAll(), deferStream: true },
  fresh: { ask: () => queries.getFresh(), deferStream: true },
  staff: { ask: () => queries.getStaff(), deferStream: true },
  slytherin: { ask: () => queries.getHouse("slytherin"), deferStream: true },
  gryffindor: { ask: () => queries.getHouse("gryffindor"), deferStream: true },
};

export default function What(props: RouteSectionProps) {
  const way = ways[props.params["what"] ?? ""];
  const answer = createAsync(() => way.ask(props.location.pathname), { deferStream: way.deferStream });
  return (
    <ErrorBoundary fallback={<p id="failed">failed</p>}>
      <Suspense fallback={<p id="waiting">waiting</p>}>
        <p id="answer">{JSON.stringify(answer())}</p>
      </Suspense>
    </ErrorBoundary>
  );
}
