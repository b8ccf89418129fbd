import { DatabaseSync } from "node:sqlite";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  definePolicies,
  deny,
  where,
  type Condition,
  type ConditionBuilder,
} from "../../../src/auth/policy.ts";
import { configError, dumbledore, harry, isHeadmaster, type Student, type User } from "./school.ts";

/** An expression of SQL, and the values of its question marks. */
interface Sql {
  readonly text: string;
  readonly values: readonly (string | number)[];
}

function joined(parts: readonly Sql[], word: string): Sql {
  return {
    text: `(${parts.map((part) => part.text).join(` ${word} `)})`,
    values: parts.flatMap((part) => part.values),
  };
}

/** What an application writes for its query builder; here, by hand, for `node:sqlite`. */
const sql: ConditionBuilder<Student, Sql> = {
  all: () => ({ text: "true", values: [] }),
  none: () => ({ text: "false", values: [] }),
  equals: (field, value) => ({ text: `"${field}" = ?`, values: [value] }),
  in: (field, values) => ({ text: `"${field}" in (${values.map(() => "?").join(", ")})`, values }),
  isNull: (field) => ({ text: `"${field}" is null`, values: [] }),
  and: (parts) => joined(parts, "and"),
  or: (parts) => joined(parts, "or"),
};

describe("a filter", () => {
  const policies = definePolicies<User>()({
    read: where<Student>()((user) => isHeadmaster(user) || { house: user.house }),
    mark: where<Student>()((user) => [
      { house: user.house, year: [1, 2] },
      { year: null },
      { name: ["Neville", null as never], id: 7 },
    ]),
    praise: where<Student>()((user) => ({ year: user.house === null ? [] : 1 })),
    find: where<Student>()(() => []),
    expel: where<Student>()(() => deny("nobody may")),
    list: isHeadmaster,
  });

  test.each([
    [dumbledore, "read", "true", []],
    [harry, "read", '"house" = ?', ["gryffindor"]],
    [{ ...harry, house: null }, "read", '"house" is null', []],
    [
      harry,
      "mark",
      '(("house" = ? and "year" in (?, ?)) or "year" is null or (("name" = ? or "name" is null) and "id" = ?))',
      ["gryffindor", 1, 2, "Neville", 7],
    ],
    [harry, "praise", '"year" = ?', [1]],
    [dumbledore, "praise", "false", []],
    [harry, "find", "false", []],
    [harry, "expel", "false", []],
    [null, "read", "false", []],
    [undefined, "mark", "false", []],
  ] as const)("of %o to %s is %s", (user, action, text, values) => {
    expect(policies.filter(user, action, sql)).toEqual({ text, values });
  });

  test("hands values over as they are, and never writes them", () => {
    const house = `gryffindor' or 1=1 -- " ; drop table students`;
    const { text, values } = policies.filter({ role: "student", house }, "read", sql);
    expect(text).toBe('"house" = ?');
    expect(values).toEqual([house]);
  });

  test.each(["list", "nothing", "constructor", "__proto__", undefined])(
    "is refused for an action whose rule is no condition: %s",
    (action) => {
      for (const user of [dumbledore, null])
        expect(() => policies.filter(user, action as "read", sql)).toThrow(configError("where()"));
    },
  );
});

/** What stands for the user's own value in a condition. */
const OWN = Symbol("own");

interface Someone {
  readonly head: boolean;
  readonly house: string | null;
  readonly years: readonly (number | null)[];
}

const text = fc.constantFrom("gryffindor", "Gryffindor", "", "' or 1=1 --", "null");
const year = fc.constantFrom(0, -0, 1, 3, Number.MAX_SAFE_INTEGER);
const id = fc.integer({ min: 1, max: 6 });
const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null, freq: 3 });
const oneOrSeveral = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof(value, fc.array(value, { maxLength: 3 }));

const someone: fc.Arbitrary<Someone> = fc.record({
  head: fc.boolean(),
  house: orNull(text),
  years: fc.array(orNull(year), { maxLength: 3 }),
});
const wanted = fc.record({
  id: oneOrSeveral(id),
  name: oneOrSeveral(text),
  house: fc.oneof(oneOrSeveral(orNull(text)), fc.constant(OWN)),
  year: fc.oneof(oneOrSeveral(orNull(year)), fc.constant(OWN)),
});
const fields = fc.subarray(["id", "name", "house", "year"] as const, { minLength: 1, maxLength: 3 });

/** A condition of some fields, the user's own values filled in when it is asked for. */
const condition = fc.tuple(wanted, fields).map(([values, chosen]) => (user: Someone): Condition<Student> => {
  const own = { house: user.house, year: user.years };
  const value = (field: (typeof chosen)[number]) =>
    values[field] === OWN ? own[field as keyof typeof own] : values[field];
  return Object.fromEntries(chosen.map((field) => [field, value(field)]));
});
const answer = fc.oneof(
  { weight: 4, arbitrary: condition },
  {
    weight: 6,
    arbitrary: fc
      .array(condition, { maxLength: 3 })
      .map((conditions) => (user: Someone) => conditions.map((each) => each(user))),
  },
  { weight: 1, arbitrary: fc.constant((user: Someone) => user.head) },
);
const students = fc
  .array(fc.record({ name: text, house: orNull(text), year: orNull(year) }), { maxLength: 6 })
  .map((given) => given.map((student, index): Student => ({ id: index + 1, ...student })));

describe("what a filter selects", () => {
  test("are exactly the rows that can allows, nulls included", ({ task }) => {
    using database = new DatabaseSync(":memory:");
    database.exec(
      "create table students (id integer primary key, name text not null, house text, year integer) strict",
    );
    const insert = database.prepare("insert into students values (?, ?, ?, ?)");
    const runs = 2000;
    let parted = 0;
    fc.assert(
      fc.property(fc.option(someone, { freq: 20 }), answer, students, (user, rule, given) => {
        database.exec("delete from students");
        for (const student of given) insert.run(student.id, student.name, student.house, student.year);
        const stored = database.prepare("select * from students order by id").all() as unknown as Student[];

        const policies = definePolicies<Someone>()({ read: where<Student>()(rule) });
        const filter = policies.filter(user, "read", sql);
        const selected = database
          .prepare(`select * from students where ${filter.text} order by id`)
          .all(...filter.values);

        const allowed = stored.filter((student) => policies.can(user, "read", student));
        expect(selected).toEqual(allowed);
        if (allowed.length > 0 && allowed.length < stored.length) parted++;
      }),
      { numRuns: runs },
    );
    task.meta.note = `${parted} of ${runs} random filters selected some of the rows, but not all`;
    expect(parted).toBeGreaterThan(runs / 10);
  });
});
