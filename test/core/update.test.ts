import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Data } from "../../src/core/json.ts";
import { toJson } from "../../src/core/to-json.ts";
import { applyUpdate } from "../../src/core/update.ts";
import { codeOf } from "../sessions/harness.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- as loose as a draft is in an application
type Draft = any;

class Account {
  userId = 99;
}

const current = { userId: 1, cart: { hat: 2, sizes: [1, 2] }, theme: "dark" };
const updated = async (update: unknown, from: object = current): Promise<Data> =>
  applyUpdate(JSON.stringify(from), update);

describe("an object", () => {
  test("replaces its keys and leaves the others", async () => {
    expect(await updated({ theme: "light", new: [1] })).toEqual({ ...current, theme: "light", new: [1] });
    expect(await updated({ cart: { owl: 1 } })).toEqual({ ...current, cart: { owl: 1 } });
    expect(await updated({})).toEqual(current);
  });

  test("removes a key that is undefined, and keeps one that is null", async () => {
    const data = await updated({ theme: undefined, cart: null });
    expect(JSON.parse(toJson(data))).toEqual({ userId: 1, cart: null });
  });

  test("without a prototype is one like any other", async () => {
    expect(await updated(Object.assign(Object.create(null), { theme: "light" }))).toMatchObject({
      theme: "light",
    });
  });
});

describe("a function", () => {
  test.each<[string, (draft: Draft) => unknown]>([
    ["changes the draft", (draft) => void (draft.theme = "light")],
    ["changes the draft and returns it", (draft) => ((draft.theme = "light"), draft)],
    ["returns a patch", () => ({ theme: "light" })],
    ["returns a copy with a change", (draft) => ({ ...draft, theme: "light" })],
    ["assigns to the draft", (draft) => Object.assign(draft, { theme: "light" })],
    ["returns the string that it assigned", (draft) => (draft.theme = "light")],
    ["returns a promise of a patch", () => Promise.resolve({ theme: "light" })],
    [
      "changes the draft later",
      async (draft) => {
        await Promise.resolve();
        draft.theme = "light";
      },
    ],
  ])("that %s does what it means", async (_what, update) => {
    expect(await updated(update)).toEqual({ ...current, theme: "light" });
  });

  test("that changes the draft and returns more gets both", async () => {
    const data = await updated((draft: Draft) => {
      draft.theme = "light";
      return { userId: 2 };
    });
    expect(data).toEqual({ ...current, theme: "light", userId: 2 });
  });

  test("removes what it deletes, and what its patch calls undefined", async () => {
    expect(await updated((draft: Draft) => delete draft.cart)).toEqual({ userId: 1, theme: "dark" });
    const data = await updated(() => ({ cart: undefined }));
    expect(JSON.parse(toJson(data))).toEqual({ userId: 1, theme: "dark" });
  });

  test.each([
    ["a string", "abc"],
    ["a number", 42],
    ["true", true],
    ["null", null],
    ["an array", [1, 2]],
    ["an instance of a class", new Account()],
    ["a Date", new Date(0)],
    ["a Map", new Map([["userId", 99]])],
    ["a function", () => ({ userId: 99 })],
  ])("that returns %s changes nothing by it", async (_what, value) => {
    expect(await updated(() => value)).toEqual(current);
    expect(await updated(() => Promise.resolve(value))).toEqual(current);
  });

  test.each<[string, (draft: Draft) => unknown, object]>([
    ["an id of letters", (draft) => (draft.userId = "abc"), { ...current, userId: "abc" }],
    ["an object", (draft) => (draft.cart = { owl: 1 }), { ...current, cart: { owl: 1 } }],
    [
      "an object within",
      (draft) => (draft.cart.more = { userId: 9 }),
      { ...current, cart: { ...current.cart, more: { userId: 9 } } },
    ],
    [
      "an object in a list",
      (draft) => (draft.cart.sizes[1] = { userId: 9 }),
      { ...current, cart: { hat: 2, sizes: [1, { userId: 9 }] } },
    ],
    ["a list", (draft) => (draft.list = [{ a: 1 }]), { ...current, list: [{ a: 1 }] }],
  ])(
    "that returns as it assigned %s stores it once, where it was assigned",
    async (_what, update, expected) => {
      expect(await updated(update)).toEqual(expected);
    },
  );

  test("that assigns an object far down stores it there alone", async () => {
    for (const depth of [1, 5, 9, 10, 20, 60]) {
      let deep: Draft = {};
      for (let level = 1; level < depth; level++) deep = { next: deep };
      const data = await updated((draft: Draft) => {
        let at = draft;
        while (at.next !== undefined) at = at.next;
        return (at.put = { userId: 9 });
      }, deep as object);
      expect(data["userId"], `depth ${depth}`).toBeUndefined();
    }
  });

  test("that makes a draft refer back to itself does not hang", async () => {
    const data = await updated((draft: Draft) => {
      for (const key of ["a", "b", "c", "d"]) draft[key] = draft;
      return { userId: 2 };
    });
    expect(data["userId"]).toBe(2);
  });

  test("gets a draft of its own every time", async () => {
    const drafts: unknown[] = [];
    const update = (draft: Draft) => {
      drafts.push(draft);
      draft.cart.hat++;
    };
    expect([await updated(update), await updated(update)]).toEqual([
      { ...current, cart: { ...current.cart, hat: 3 } },
      { ...current, cart: { ...current.cart, hat: 3 } },
    ]);
    expect(drafts[0]).not.toBe(drafts[1]);
  });

  test("that throws or rejects passes its own error on", async () => {
    const error = new Error("its own");
    await expect(
      updated(() => {
        throw error;
      }),
    ).rejects.toBe(error);
    await expect(updated(() => Promise.reject(error))).rejects.toBe(error);
  });

  test("that is synchronous is applied at once", () => {
    expect(applyUpdate("{}", (draft: Draft) => void (draft.a = 1))).toEqual({ a: 1 });
  });
});

test.each([
  ["undefined", undefined],
  ["null", null],
  ["a string", "userId"],
  ["a number", 1],
  ["an array", [{ userId: 1 }]],
  ["a Map", new Map()],
  ["a promise", Promise.resolve({ userId: 1 })],
  ["an instance of a class", new Account()],
])("%s is no update", async (_what, update) => {
  expect(await codeOf(() => applyUpdate("{}", update))).toBe("ERR_SESSION_INVALID_UPDATE");
});

describe("a hostile key", () => {
  const prototypeKeys = Object.getOwnPropertyNames(Object.prototype);
  const hostile = JSON.parse(
    '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}',
  ) as Data;

  test.each<[string, unknown]>([
    ["in an object", hostile],
    ["in what a function returns", () => hostile],
    ["assigned to the draft", (draft: Draft) => void Object.assign(draft, hostile)],
    ["in a merge within", (draft: Draft) => ({ cart: { ...draft.cart, ...hostile } })],
  ])("%s gives no object a property that it was not given", async (_where, update) => {
    const data = await updated(update);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototypeKeys);
    expect(Object.hasOwn(data, "admin")).toBe(false);
    // Kept as a plain key it is refused before it is stored.
    const stored = await codeOf(() => toJson(data)).catch(() => JSON.parse(toJson(data)) as Data);
    expect(stored).toSatisfy(
      (kept) => kept === "ERR_SESSION_UNSERIALIZABLE" || !JSON.stringify(kept).includes("__proto__"),
    );
  });
});

test("an object is merged as spreading would, whatever it holds", () => {
  const data = fc.dictionary(
    fc.string().filter((key) => key !== "__proto__"),
    fc.jsonValue().filter((value) => !Object.is(value, -0) && !JSON.stringify(value).includes("-0")),
  );
  fc.assert(
    fc.property(data, data, (held, patch) => {
      const text = JSON.stringify(held);
      const merged = { ...(JSON.parse(text) as Data), ...patch };
      expect(applyUpdate(text, patch)).toEqual(merged);
      expect(applyUpdate(text, () => patch)).toEqual(merged);
      expect(applyUpdate(text, (draft: Draft) => void Object.assign(draft, patch))).toEqual(merged);
    }),
  );
});
