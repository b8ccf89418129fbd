import { A, createAsync, type RouteDefinition } from "@solidjs/router";
import { For, Show } from "solid-js";
import { HouseShield } from "~/components/crest";
import { PageTitle } from "~/components/page-title";
import { StudentTable } from "~/components/student-table";
import { findHouse, houses } from "~/lib/houses";
import { getMe, getViewer } from "~/lib/queries";
import { titleOf } from "~/lib/titles";

export const route = {
  preload: () => void getMe("/"),
} satisfies RouteDefinition;

export default function Home() {
  const me = createAsync(() => getMe("/"), { deferStream: true });
  const house = () => findHouse(me()?.house);

  return (
    <Show when={me()}>
      {(user) => (
        <article data-house={house()?.id}>
          <PageTitle text="The register" />
          <header class="page-head">
            <Show when={house()}>{(mine) => <HouseShield initial={mine().name[0]} />}</Show>
            <div>
              <p class="eyebrow">{titleOf(user())}</p>
              <h1>Welcome, {user().name}</h1>
              <p class="lede">
                You are logged in as <strong>{user().username}</strong>.
              </p>
            </div>
          </header>
          <Show when={house()} fallback={<HouseCards />}>
            {(mine) => <StudentTable house={mine()} />}
          </Show>
        </article>
      )}
    </Show>
  );
}

/** For those who belong to no house: the houses that they may see. */
function HouseCards() {
  const viewer = createAsync(() => getViewer(), { deferStream: true });
  const open = () => houses.filter(({ id }) => viewer()?.houses.includes(id));
  return (
    <ul class="house-cards">
      <For each={open()}>
        {(house) => (
          <li data-house={house.id}>
            <HouseShield initial={house.name[0]} />
            <div>
              <h2>
                <A href={`/houses/${house.id}`}>{house.name}</A>
              </h2>
              <p>{house.virtues}</p>
            </div>
          </li>
        )}
      </For>
    </ul>
  );
}
