import { createAsync, type RouteSectionProps } from "@solidjs/router";
import { For } from "solid-js";
import { getStudents } from "~/seed/students";

// page component
export default function Students(props: RouteSectionProps) {
  const students = createAsync(() => getStudents(props.params["house"] ?? ""), { deferStream: true });
  return (
    <ul>
      <For each={students()}>{(student) => <li>{student.name}</li>}</For>
    </ul>
  );
}
