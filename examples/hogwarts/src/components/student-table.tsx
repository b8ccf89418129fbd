import { createAsync } from "@solidjs/router";
import { For, Show } from "solid-js";
import type { House } from "~/lib/houses";
import { getStudents } from "~/lib/queries";

/** The students of one house. */
export function StudentTable(props: { house: House }) {
  const students = createAsync(() => getStudents(props.house.id), { deferStream: true });
  return (
    <Show when={students()}>
      {(rows) => (
        <table class="students">
          <caption>
            {rows().length} students of {props.house.name}
          </caption>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Year</th>
              <th scope="col">No.</th>
            </tr>
          </thead>
          <tbody>
            <For each={rows()}>
              {(student) => (
                <tr>
                  <th scope="row">{student.name}</th>
                  <td>{student.year}</td>
                  <td>{student.id}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      )}
    </Show>
  );
}
