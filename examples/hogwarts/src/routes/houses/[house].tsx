import { createAsync, type RouteDefinition, type RouteSectionProps } from "@solidjs/router";
import { Match, Switch } from "solid-js";
import { HouseShield } from "~/components/crest";
import { Forbidden } from "~/components/forbidden";
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
    <Switch>
      <Match when={students() === null}>
        <NotFound />
      </Match>
      <Match when={students() === "forbidden"}>
        <Forbidden>This common room is open to those of its house alone.</Forbidden>
      </Match>
      <Match when={students() && house()}>
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
      </Match>
    </Switch>
  );
}
