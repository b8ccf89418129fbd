import { createAsync } from "@solidjs/router";
import { For, Show } from "solid-js";
import type { House } from "~/lib/houses";
import { type Mark, marks } from "~/lib/marks";
import { getStudents } from "~/lib/queries";

/** The students of one house, with their marks for those who may read them. */
export function StudentTable(props: { house: House }) {
  const answer = createAsync(() => getStudents(props.house.id), { deferStream: true });
  const register = () => {
    const found = answer();
    return found === "forbidden" ? undefined : found;
  };
  return (
    <Show when={register()}>
      {(found) => (
        <>
          <table class="students">
            <caption>
              {found().students.length} students of {props.house.name}
            </caption>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Year</th>
                <Show when={found().hasMarks}>
                  <th scope="col">Mark</th>
                </Show>
                <th scope="col">No.</th>
              </tr>
            </thead>
            <tbody>
              <For each={found().students}>
                {(student) => (
                  <tr>
                    <th scope="row">{student.name}</th>
                    <td>{student.year}</td>
                    <Show when={found().hasMarks}>
                      <td>{"mark" in student && student.mark && <MarkCell mark={student.mark} />}</td>
                    </Show>
                    <td>{student.id}</td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
          <Show when={found().hasMarks}>
            <Legend />
          </Show>
        </>
      )}
    </Show>
  );
}

function MarkCell(props: { mark: Mark }) {
  return <abbr title={marks[props.mark]}>{props.mark}</abbr>;
}

/** What the marks stand for: no pointer rests on a phone's screen. */
function Legend() {
  return (
    <dl class="legend" aria-label="Marks">
      <For each={Object.entries(marks)}>
        {([mark, meaning]) => (
          <div>
            <dt>{mark}</dt>
            <dd>{meaning}</dd>
          </div>
        )}
      </For>
    </dl>
  );
}
