import { runInNewContext } from "node:vm";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EMPTY, isPlainObject, type Data } from "../../src/core/json.ts";
import { isEmpty, toJson } from "../../src/core/to-json.ts";
import { isSessionError } from "../../src/core/errors.ts";
import { codeOf, errorOf } from "../sessions/harness.ts";

class Account {
  secret = "canary";
}

/** What is refused, and what the message calls it. */
const refused: [what: string, value: unknown, says: string][] = [
  ["NaN", Number.NaN, "is not a finite number"],
  ["Infinity", Number.POSITIVE_INFINITY, "is not a finite number"],
  ["-Infinity", Number.NEGATIVE_INFINITY, "is not a finite number"],
  ["a bigint", 12_345_678_901_234_567_890n, "is a bigint"],
  ["a symbol", Symbol("canary"), "is a symbol"],
  ["a function", () => "canary", "is a function"],
  ["a class", Account, "is a function"],
  ["a Date", new Date(0), "is a Date"],
  ["a Map", new Map([["canary", 1]]), "is a Map"],
  ["a Set", new Set(["canary"]), "is a Set"],
  ["a RegExp", /canary/, "is a RegExp"],
  ["an Error", new Error("canary"), "is a Error"],
  ["bytes", Uint8Array.of(1, 2), "is a Uint8Array"],
  ["a Buffer", Buffer.from("canary"), "is a Buffer"],
  ["a URL", new URL("https://canary.example"), "is a URL"],
  ["a Promise", Promise.resolve("canary"), "is a Promise"],
  ["a boxed string", new String("canary"), "is a String"],
  ["a boxed number", new Number(42), "is a Number"],
  ["an instance of a class", new Account(), "is a Account"],
  ["an object made from another", Object.create({ inherited: "canary" }), "is a Object"],
];

function jsonOrCode(data: Data): string {
  try {
    return toJson(data);
  } catch (error) {
    return isSessionError(error) ? error.code : String(error);
  }
}

/** The same with 0 for -0, the one difference that JSON makes and nobody sees. */
function withoutMinusZero(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMinusZero);
  if (typeof value !== "object" || value === null) return value === 0 ? 0 : value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withoutMinusZero(child)]));
}

describe("writing JSON", () => {
  test.each(refused)("refuses %s at its path, and does not show it", async (_what, value, says) => {
    for (const [data, path] of [
      [{ value }, "data.value"],
      [{ a: { "b c": [1, { d: value }] } }, "data.a.b c[1].d"],
      [{ list: [[0, value]] }, "data.list[0][1]"],
    ] as const) {
      const error = await errorOf(() => toJson(data));
      expect(error.code).toBe("ERR_SESSION_UNSERIALIZABLE");
      expect(error.message.startsWith(`${path} ${says}, and would not survive JSON.`)).toBe(true);
      expect(error.message).not.toMatch(/canary|1234567890/);
    }
  });

  test("refuses undefined and holes in an array, where JSON would say null", async () => {
    const holed: number[] = [1];
    holed[2] = 3;
    const long: number[] = [];
    long.length = 1e9;
    for (const list of [[1, undefined], holed, long]) {
      const { code, message } = await errorOf(() => toJson({ list }));
      expect(code).toBe("ERR_SESSION_UNSERIALIZABLE");
      expect(message).toMatch(/^data\.list\[[01]\] is a undefined/);
    }
  });

  test("leaves out properties that are undefined, at every depth", () => {
    expect(toJson({ a: undefined, b: { c: undefined, d: 1 }, e: [{ f: undefined }] })).toBe(
      '{"b":{"d":1},"e":[{}]}',
    );
  });

  test("refuses a key that would be another object's prototype", async () => {
    const parsed = JSON.parse('{"a":{"__proto__":{"admin":true}}}') as Data;
    const { code, message } = await errorOf(() => toJson(parsed));
    expect([code, message.split(",")[0]]).toEqual([
      "ERR_SESSION_UNSERIALIZABLE",
      "data.a has a key named __proto__",
    ]);
    expect(toJson({ constructor: 1, prototype: 2, toString: 3 })).toBe(
      '{"constructor":1,"prototype":2,"toString":3}',
    );
  });

  test("refuses what refers back to itself", async () => {
    const loop: Data = {};
    loop["self"] = { loop };
    const list: unknown[] = [];
    list.push([list]);
    for (const data of [loop, { list }]) {
      const { code, message } = await errorOf(() => toJson(data));
      expect(code).toBe("ERR_SESSION_UNSERIALIZABLE");
      expect(message).toMatch(/lies deeper than 64 levels or refers back to itself/);
    }
  });

  test("takes the same object twice side by side", () => {
    const shared = { a: [1] };
    expect(toJson({ b: shared, c: [shared, shared] })).toBe('{"b":{"a":[1]},"c":[{"a":[1]},{"a":[1]}]}');
  });

  test("takes 64 levels, and no more", async () => {
    const nested = (levels: number) => {
      let value: unknown = 1;
      for (let level = 1; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
      return { value } as Data;
    };
    expect(JSON.parse(toJson(nested(64)))).toEqual(nested(64));
    expect(await codeOf(() => toJson(nested(65)))).toBe("ERR_SESSION_UNSERIALIZABLE");
    expect(await codeOf(() => toJson(nested(50_000)))).toBe("ERR_SESSION_UNSERIALIZABLE");
  });

  test("keeps objects without a prototype and of another realm", () => {
    const bare = Object.assign(Object.create(null) as Data, { a: 1 });
    expect(toJson({ bare })).toBe('{"bare":{"a":1}}');
    const foreign = runInNewContext("({ a: [1, { b: null }] })") as Data;
    expect(toJson(foreign)).toBe('{"a":[1,{"b":null}]}');
  });

  test("gives what comes back deep-equal, whatever it accepts", { timeout: 30_000 }, () => {
    const numbers = fc.double({ noDefaultInfinity: true, noNaN: true });
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.string({ unit: "binary" }),
        numbers,
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("value"), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: "binary" }), tie("value"), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), (data) => {
        fc.pre(!JSON.stringify(data).includes('"__proto__":'));
        expect(JSON.parse(toJson(data))).toEqual(withoutMinusZero(data));
      }),
      { numRuns: 500 },
    );
  });

  test("gives what comes back deep-equal or nothing, for any value at all", { timeout: 30_000 }, () => {
    const any = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      withBoxedValues: true,
    });
    let accepted = 0;
    fc.assert(
      fc.property(any, (value) => {
        const json = jsonOrCode({ value });
        if (json === "ERR_SESSION_UNSERIALIZABLE") return;
        accepted++;
        expect(JSON.parse(json)).toEqual({ value: withoutMinusZero(value) });
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(25);
  });
});

describe("plain objects", () => {
  test("are literals, whoever made them", () => {
    for (const plain of [{}, { a: 1 }, Object.create(null), JSON.parse("{}"), runInNewContext("({})")])
      expect(isPlainObject(plain)).toBe(true);
  });

  test("are nothing else", () => {
    const others = [null, undefined, 1, "a", true, Symbol("s"), () => {}, []];
    for (const other of [
      ...others,
      ...refused.map(([, value]) => value),
      runInNewContext("[]"),
      runInNewContext("new Date()"),
    ])
      expect(isPlainObject(other)).toBe(false);
  });
});

describe("empty data", () => {
  test("is data of which nothing would be left", () => {
    expect([{}, { a: undefined }, EMPTY].map(isEmpty)).toEqual([true, true, true]);
    expect([{ a: null }, { a: 0 }, { a: "" }, { a: undefined, b: false }].map(isEmpty)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  test("cannot be changed for everybody", () => {
    expect(() => ((EMPTY as Data)["a"] = 1)).toThrow(TypeError);
  });
});
