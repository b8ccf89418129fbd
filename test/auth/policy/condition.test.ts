import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { definePolicies, where } from "../../../src/auth/policy.ts";
import { configError, dumbledore, harry, nonAnswers, type Student } from "./school.ts";

const hermione: Student = { id: 1, name: "Hermione", house: "gryffindor", year: 3 };
const nobodysYet: Student = { id: 3, name: "Rose", house: null, year: null };

/** One policy whose rule answers this, untyped. */
function policyOf(answer: unknown) {
  return definePolicies<object>()({ read: where<object>()(() => answer as true) });
}

function allows(answer: unknown, resource: unknown): boolean {
  return policyOf(answer).can({}, "read", resource as object);
}

const builder = {
  all: () => "all",
  none: () => "none",
  equals: (field: string) => field,
  in: (field: string) => field,
  isNull: (field: string) => field,
  and: (parts: readonly string[]) => `(${parts.join(" and ")})`,
  or: (parts: readonly string[]) => `(${parts.join(" or ")})`,
};

describe("a condition", () => {
  test.each([
    [{ house: "gryffindor" }, true],
    [{ house: "Gryffindor" }, false],
    [{ house: "gryffindor", year: 3 }, true],
    [{ house: "gryffindor", year: 4 }, false],
    [{ house: ["slytherin", "gryffindor"] }, true],
    [{ house: ["slytherin", "ravenclaw"] }, false],
    [{ house: ["gryffindor"], year: [1, 2] }, false],
    [{ house: null }, false],
    [{ house: [null, "gryffindor"] }, true],
    [[{ house: "slytherin" }, { year: 3 }], true],
    [[{ house: "slytherin" }, { year: 4 }], false],
    [
      [
        { house: "slytherin", year: 3 },
        { house: "gryffindor", year: 4 },
      ],
      false,
    ],
    [[{ house: "gryffindor" }], true],
  ])("%j is met by a student with all of its fields: %s", (condition, met) => {
    expect(allows(condition, hermione)).toBe(met);
  });

  test("with null is met by null alone", () => {
    expect(allows({ house: null }, nobodysYet)).toBe(true);
    expect(allows({ house: ["gryffindor", null] }, nobodysYet)).toBe(true);
    expect(allows({ house: "gryffindor" }, nobodysYet)).toBe(false);
    for (const house of [undefined, "", 0, false, "null", Number.NaN])
      expect(allows({ house: null }, { house })).toBe(false);
    expect(allows({ house: null }, {})).toBe(false);
  });

  test("with an empty list is met by nothing", () => {
    for (const resource of [hermione, nobodysYet, {}, { house: undefined }, { house: [] }])
      for (const condition of [{ house: [] }, { house: [], year: 3 }, { year: 3, house: [] }, []])
        expect(allows(condition, resource)).toBe(false);
  });

  test.each([
    [{ year: 3 }, { year: "3" }],
    [{ year: "3" }, { year: 3 }],
    [{ year: 3n }, { year: 3 }],
    [{ year: 0 }, { year: false }],
    [{ year: 1 }, { year: true }],
    [{ year: 0 }, { year: null }],
    [{ year: "" }, { year: 0 }],
    [{ year: "3" }, { year: ["3"] }],
    [{ year: ["3"] }, { year: ["3"] }],
    [{ year: "[object Object]" }, { year: {} }],
    [{ year: "3" }, { year: new String("3") }],
    [{ year: 3 }, { year: { valueOf: () => 3 } }],
  ])("compares without converting: %o is not %o", (condition, resource) => {
    expect(allows(condition, resource)).toBe(false);
  });

  test("looks at nothing that a resource only inherits", () => {
    expect(allows({ house: "gryffindor" }, Object.create({ house: "gryffindor" }))).toBe(false);
    expect(allows({ house: null }, Object.create({ house: null }))).toBe(false);
    expect(allows({ constructor: "gryffindor" }, { constructor: "gryffindor" })).toBe(true);
    expect(allows({ length: 0 }, [])).toBe(true);
    class Row {
      get house() {
        return "gryffindor";
      }
    }
    expect(allows({ house: "gryffindor" }, new Row())).toBe(false);
  });

  test.each([undefined, null, "gryffindor", 1, true, () => hermione])(
    "is not met by what is no object, nor is a rule that allows everything: %o",
    (resource) => {
      expect(allows({ house: "gryffindor" }, resource)).toBe(false);
      expect(allows({ length: 10 }, resource)).toBe(false);
      expect(allows(true, resource)).toBe(false);
    },
  );
});

describe("a rule that answers no condition", () => {
  test("allows every resource by true, and by nothing else", () => {
    expect(allows(true, hermione)).toBe(true);
    expect(allows(false, hermione)).toBe(false);
    expect(policyOf(true).filter({}, "read", builder)).toBe("all");
    expect(policyOf(false).filter({}, "read", builder)).toBe("none");
  });

  test.each(nonAnswers.filter(([what]) => what !== "a list with true"))(
    "allows nothing by %s",
    (_what, answer) => {
      expect(allows(answer, hermione)).toBe(false);
      expect(policyOf(answer).filter({}, "read", builder)).toBe("none");
      expect(policyOf(answer).explain({}, "read", hermione).allowed).toBe(false);
    },
  );

  test.each([
    new Date(),
    new Map([["house", "gryffindor"]]),
    new Set(),
    /./,
    new (class {
      house = "gryffindor";
    })(),
  ])("allows nothing by an object of another kind: %o", (answer) => {
    expect(allows(answer, hermione)).toBe(false);
    expect(policyOf(answer).filter({}, "read", builder)).toBe("none");
  });
});

/** What a condition must not be, by what the message has to say of it. */
const wrong: readonly (readonly [named: string, condition: unknown])[] = [
  ["house", { house: undefined }],
  ["house", { house: ["gryffindor", undefined] }],
  ["house", { house: [undefined] }],
  ["house", { house: Array.from({ length: 1 }) }],
  // oxlint-disable-next-line no-sparse-arrays -- a hole is undefined too
  ["house", { house: [, "gryffindor"] }],
  ["house", { year: 3, house: undefined }],
  ["house", { year: 99, house: undefined }],
  ["house", [{ year: 3 }, { house: undefined }]],
  ["house", [{ year: 3, house: undefined }, { year: 3 }]],
  ["house", { house: Number.NaN }],
  ["house", { house: [1, Number.NaN] }],
  ["house", { house: {} }],
  ["house", { house: { not: "slytherin" } }],
  ["house", { house: [["gryffindor"]] }],
  ["house", { house: new Date() }],
  ["house", { house: new Set(["gryffindor"]) }],
  ["house", { house: () => "gryffindor" }],
  ["house", { house: Symbol("gryffindor") }],
  ["house", { house: Promise.resolve("gryffindor") }],
  ["house", { house: new String("gryffindor") }],
  ["no field", {}],
  ["no field", [{}]],
  ["no field", [{ house: "gryffindor" }, {}]],
  ["no field", Object.create(null)],
  ["no field", { __proto__: Object.create(null, { house: { value: "gryffindor", enumerable: true } }) }],
  ["symbol", { house: "gryffindor", [Symbol("year")]: 3 }],
  ["plain objects", [true]],
  ["plain objects", [undefined]],
  ["plain objects", [[{ house: "gryffindor" }]]],
  ["plain objects", [{ house: "gryffindor" }, null]],
  // oxlint-disable-next-line no-sparse-arrays -- a hole is undefined too
  ["plain objects", [, { house: "gryffindor" }]],
  ["plain objects", [new Map()]],
];

describe("a condition that cannot be meant", () => {
  test.each(wrong)("is an error that names %s: %o", (named, condition) => {
    const policies = policyOf(condition);
    // Whether the rest of it is met, or there is a resource at all, makes no difference.
    for (const resource of [hermione, nobodysYet, {}, undefined])
      expect(() => policies.can({}, "read", resource as object)).toThrow(configError(named));
    expect(() => policies.explain({}, "read", hermione)).toThrow(configError(named));
    expect(() => policies.filter({}, "read", builder)).toThrow(configError(named));
  });

  test("is one whose value the user does not have", () => {
    const policies = definePolicies<{ house?: string }>()({
      read: where<Student>()((user) => ({ house: user.house! })),
    });
    expect(() => policies.can({}, "read", hermione)).toThrow(configError("house"));
    expect(() => policies.filter({}, "read", builder)).toThrow(configError("house"));
  });

  test("is told without its values", () => {
    for (const value of [undefined, Number.NaN, { secret: 1 }, () => "secret"])
      expect(() => policyOf({ name: ["secret", value] }).can({}, "read", hermione)).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining("secret") }),
      );
  });

  test("is never taken for everything, wherever the undefined is", () => {
    const field = fc.constantFrom("a", "b", "c", "d");
    const value = fc.oneof(
      fc.integer(),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.integer()),
    );
    const condition = fc.dictionary(field, value, { minKeys: 1 });
    fc.assert(
      fc.property(fc.array(condition, { minLength: 1 }), fc.nat(), fc.boolean(), (conditions, at, inList) => {
        const broken = conditions[at % conditions.length]!;
        broken[Object.keys(broken)[at % Object.keys(broken).length]!] = (
          inList ? [1, undefined] : undefined
        ) as never;
        const answer = conditions.length === 1 ? broken : conditions;
        expect(() => allows(answer, { a: 1, b: "", c: null, d: true })).toThrow(configError("undefined"));
      }),
    );
  });
});

describe("the names of fields", () => {
  test("reach no prototype", () => {
    const before = Reflect.ownKeys(Object.prototype);
    const hostile = JSON.parse(
      '{ "__proto__": "gryffindor", "constructor": "x", "toString": "y" }',
    ) as object;
    expect(allows(hostile, hermione)).toBe(false);
    expect(allows(hostile, JSON.parse(JSON.stringify(hostile)))).toBe(true);
    expect(policyOf(hostile).filter({}, "read", builder)).toBe("(__proto__ and constructor and toString)");
    expect(policyOf(hostile).explain({}, "read", hermione).allowed).toBe(false);
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
    expect(({} as Record<string, unknown>)["gryffindor"]).toBeUndefined();
  });

  test("are asked once, so that what was checked is what is used", () => {
    let reads = 0;
    const answer = {
      get house() {
        return reads++ === 0 ? "slytherin" : undefined;
      },
    };
    expect(allows(answer, hermione)).toBe(false);
    expect(reads).toBe(1);
  });
});

describe("where", () => {
  test.each([undefined, null, true, {}, { house: "gryffindor" }, "house"])(
    "refuses what is no function: %o",
    (answer) => {
      expect(() => (where<object>() as (answer: unknown) => unknown)(answer)).toThrow(
        configError("function"),
      );
    },
  );

  test("hands the user to its function, and no resource", () => {
    const given: unknown[][] = [];
    const policies = definePolicies<unknown>()({
      read: where<object>()((...all) => {
        given.push(all);
        return true;
      }),
    });
    policies.can(harry, "read", hermione);
    policies.filter(dumbledore, "read", builder);
    expect(given).toEqual([[harry], [dumbledore]]);
  });
});
