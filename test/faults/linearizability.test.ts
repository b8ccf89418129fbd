import { describe, expect, it } from "vitest";
import { isLinearizable } from "./support/linearizability.ts";
import { sessionModel, type Call, type Reply, type SessionOperation } from "./support/session-model.ts";

const TOKEN = "a";
const model = sessionModel(TOKEN);
const holds = (history: readonly SessionOperation[]) => isLinearizable(model, history);

/** `[start, end]`, what is asked, and the answer; without one nobody knows what became of it. */
function op([start, end]: [number, number], call: Omit<Call, "token">, output?: Reply, token = TOKEN) {
  return { start, end, input: { ...call, token } as Call, output };
}

const count = { do: "count" } as const;
const read = { do: "read" } as const;
const rotate = { do: "rotate" } as const;
const set = (value: number) => ({ do: "set", value }) as Omit<Call, "token">;
const held = (counted: number, value = 0): Reply => ({ is: "held", count: counted, value });
const ENDED: Reply = { is: "ended" };
const REFUSED: Reply = { is: "refused" };

describe("the checker of histories accepts", () => {
  it.each<[string, SessionOperation[]]>([
    ["nothing", []],
    [
      "one after another",
      [op([0, 1], count, held(1)), op([2, 3], set(7), held(1, 7)), op([4, 5], read, held(1, 7))],
    ],
    ["parallel counts in either order", [op([0, 9], count, held(2)), op([1, 8], count, held(1))]],
    [
      "a read beside a write that sees it, and one that does not",
      [op([0, 9], set(5), held(0, 5)), op([1, 8], read, held(0)), op([1, 8], read, held(0, 5))],
    ],
    ["a write without an answer that happened", [op([0, 1], count), op([2, 3], read, held(1))]],
    ["a write without an answer that never happened", [op([0, 1], count), op([2, 3], read, held(0))]],
    [
      "a write without an answer that happened late",
      [op([0, 1], count), op([2, 3], read, held(0)), op([4, 5], read, held(1))],
    ],
    [
      "refusals after a logout",
      [op([0, 1], { do: "logout" }, ENDED), op([2, 3], read, REFUSED), op([2, 3], count, REFUSED)],
    ],
    ["a read beside a logout", [op([0, 9], { do: "logout" }, ENDED), op([1, 8], read, held(0))]],
    ["a logout without an answer that happened", [op([0, 1], { do: "logout" }), op([2, 3], read, REFUSED)]],
    [
      "a session under its next token",
      [
        op([0, 1], rotate, { is: "rotated", token: "b" }),
        op([2, 3], read, held(0), "b"),
        op([2, 3], read, REFUSED),
      ],
    ],
    ["a session whose next token nobody got", [op([0, 1], rotate), op([2, 3], read, REFUSED)]],
    ["many in parallel", Array.from({ length: 40 }, (_, n) => op([0, 100], count, held(40 - n)))],
  ])("%s", (_, history) => {
    expect(holds(history)).toBe(true);
  });
});

describe("the checker of histories rejects", () => {
  it.each<[string, SessionOperation[]]>([
    ["a lost update", [op([0, 9], count, held(1)), op([1, 8], count, held(1))]],
    ["an update lost later", [op([0, 1], count, held(1)), op([2, 3], read, held(0))]],
    [
      "an overwritten neighbour",
      [op([0, 9], count, held(1)), op([0, 9], set(5), held(0, 5)), op([10, 11], read, held(0, 5))],
    ],
    [
      "a stale read after a write",
      [op([0, 1], set(5), held(0, 5)), op([2, 3], set(6), held(0, 6)), op([4, 5], read, held(0, 5))],
    ],
    [
      "two reads that see two writes in opposite orders",
      [
        op([0, 1], set(5), held(0, 5)),
        op([2, 9], set(6), held(0, 6)),
        op([3, 4], read, held(0, 6)),
        op([5, 6], read, held(0, 5)),
      ],
    ],
    ["a read after a logout", [op([0, 1], { do: "logout" }, ENDED), op([2, 3], read, held(0))]],
    ["an update after a revocation", [op([0, 1], { do: "revoke" }, ENDED), op([2, 3], count, held(1))]],
    [
      "a session that came back",
      [op([0, 1], { do: "logout" }), op([2, 3], read, REFUSED), op([4, 5], read, held(0))],
    ],
    ["a refusal of a living session", [op([0, 1], read, REFUSED)]],
    [
      "a forced logout",
      [op([0, 1], count, held(1)), op([2, 3], read, REFUSED), op([4, 5], { do: "logout" }, ENDED)],
    ],
    [
      "an old token that opens",
      [op([0, 1], rotate, { is: "rotated", token: "b" }), op([2, 3], read, held(0))],
    ],
    [
      "two next tokens",
      [op([0, 9], rotate, { is: "rotated", token: "b" }), op([1, 8], rotate, { is: "rotated", token: "c" })],
    ],
    [
      "a session that lives on under its next token",
      [
        op([0, 1], rotate, { is: "rotated", token: "b" }),
        op([2, 3], { do: "logout" }, ENDED),
        op([4, 5], read, held(0), "b"),
      ],
    ],
    ["a write without an answer that happened twice", [op([0, 1], count), op([2, 3], read, held(2))]],
    ["a write from nowhere", [op([0, 1], read, held(0, 3)), op([2, 3], set(3), held(0, 3))]],
  ])("%s", (_, history) => {
    expect(holds(history)).toBe(false);
  });
});
