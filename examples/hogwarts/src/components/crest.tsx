import { For } from "solid-js";

const shield = "M4 4h56v32c0 16-11 26-28 34C15 62 4 52 4 36Z";

const quarters = [
  { house: "gryffindor", path: "M4 4h28v31H4Z" },
  { house: "slytherin", path: "M32 4h28v31H32Z" },
  { house: "ravenclaw", path: "M4 35h28v35C15 62 4 52 4 36Z" },
  { house: "hufflepuff", path: "M32 35h28v1c0 16-11 26-28 34Z" },
];

/** The school's arms: one quarter for each house. */
export function SchoolCrest(props: { class?: string }) {
  return (
    <svg class={`crest ${props.class ?? ""}`} viewBox="0 0 64 74" aria-hidden="true">
      <For each={quarters}>{({ house, path }) => <path class={`field-${house}`} d={path} />}</For>
      <path class="crest-lines" d="M32 4v66M4 35h56" />
      <path class="crest-edge" d={shield} />
      <path
        class="crest-star"
        d="M32 19l4.600 11.400L48 35l-11.400 4.600L32 51l-4.600-11.400L16 35l11.400-4.600Z"
      />
    </svg>
  );
}

/** A house's shield with its initial; the colour comes from the nearest `data-house`. */
export function HouseShield(props: { initial: string | undefined }) {
  return (
    <svg class="crest" viewBox="0 0 64 74" aria-hidden="true">
      <path class="house-field" d={shield} />
      <path class="house-band" d="M8 8h48v28c0 13-9 22-24 29.500C17 58 8 49 8 36Z" />
      <text class="house-initial" x="32" y="46" text-anchor="middle">
        {props.initial}
      </text>
    </svg>
  );
}
