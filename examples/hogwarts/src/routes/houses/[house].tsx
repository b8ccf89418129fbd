import { createAsync, type RouteDefinition, type RouteSectionProps } from "@solidjs/router";
import { Show } from "solid-js";
import { HouseShield } from "~/components/crest";
import { NotFound } from "~/components/not-found";
import { PageTitle } from "~/components/page-title";
import { StudentTable } from "~/components/student-table";
import { findHouse } from "~/lib/houses";
import { getStudents } from "~/lib/queries";

export const route = {
  preload: ({ params }) => void getStudents(params["house"] ?? ""),
} satisfies RouteDefinition;

export default function HousePage(props: RouteSectionProps) {
  const students = createAsync(() => getStudents(props.params["house"] ?? ""), { deferStream: true });
  const house = () => findHouse(props.params["house"]);

  return (
    <Show when={students() !== null} fallback={<NotFound />}>
      <Show when={students() && house()}>
        {(found) => (
          <article data-house={found().id}>
            <PageTitle text={found().name} />
            <header class="page-head">
              <HouseShield initial={found().name[0]} />
              <div>
                <p class="eyebrow">House</p>
                <h1>{found().name}</h1>
                <p class="lede">{found().virtues}.</p>
              </div>
            </header>
            <StudentTable house={found()} />
          </article>
        )}
      </Show>
    </Show>
  );
}
