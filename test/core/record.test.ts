import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeRecord, encodeRecord, type SessionRecord } from "../../src/core/record.ts";
import { toJson } from "../../src/core/to-json.ts";

const time = fc.integer({ min: 0, max: 8.64e15 });
const json = fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue()).map((data) => JSON.stringify(data));
const anyRecord: fc.Arbitrary<SessionRecord> = fc
  .record({
    id: fc.stringMatching(/^[\w-]{22}$/),
    createdAt: time,
    lastSeenAt: time,
    authenticatedAt: fc.option(time, { nil: undefined }),
    idleTimeout: fc.integer({ min: 1, max: 34_560_000 }),
    absoluteExpiresAt: time,
    schemaVersion: fc.nat(),
    data: json,
    flash: fc.option(json, { nil: undefined }),
  })
  .map((fields) => ({
    ...fields,
    version: 1,
    userId: undefined,
    expiresAt: Math.min(fields.absoluteExpiresAt, fields.lastSeenAt + fields.idleTimeout * 1000),
  }));

const record: SessionRecord = {
  id: "cHVibGljIGlkIG9mIG9uZQ",
  version: 1,
  userId: undefined,
  createdAt: 36,
  lastSeenAt: 37,
  authenticatedAt: undefined,
  idleTimeout: 1800,
  absoluteExpiresAt: 36 * 36,
  expiresAt: 36 * 36,
  schemaVersion: 1,
  data: '{"userId":7}',
  flash: undefined,
};

describe("a record as text", () => {
  test("comes back as it was", { timeout: 30_000 }, () => {
    fc.assert(
      fc.property(anyRecord, (any) => {
        expect(decodeRecord(encodeRecord(any))).toEqual(any);
      }),
      { numRuns: 1000 },
    );
  });

  test("comes back with times that have a fraction, as other clocks give", () => {
    const read = decodeRecord(encodeRecord({ ...record, createdAt: 1000.5 }));
    expect(read?.createdAt).toBe(1000);
  });

  test("is a line of numbers, a line of data and a line of flash values", () => {
    expect(encodeRecord(record)).toBe('cHVibGljIGlkIG9mIG9uZQ 10 100 11 1e0 - 1\n{"userId":7}');
    expect(encodeRecord({ ...record, authenticatedAt: 38, flash: '{"a":"b\\n"}' })).toBe(
      'cHVibGljIGlkIG9mIG9uZQ 10 100 11 1e0 12 1\n{"userId":7}\n{"a":"b\\n"}',
    );
  });

  test("leaves out what follows from the rest: userId and version", () => {
    expect(decodeRecord(encodeRecord({ ...record, userId: "7", version: 5 }))).toEqual(record);
  });

  test("is not mistaken where JSON itself holds line breaks and separators", () => {
    const data = toJson({ text: "a\nb\r\nc\u2028d\u2029e", "key\n": 1 });
    const flash = toJson({ "\n": "\n" });
    expect(decodeRecord(encodeRecord({ ...record, data, flash }))).toEqual({ ...record, data, flash });
  });

  test.each([
    ["nothing", ""],
    ["no line break", "id 1 1 1 1 - 1"],
    ["a number too few", "id 1 1 1 1 -\n{}"],
    ["a number too many", "id 1 1 1 1 - 1 1\n{}"],
    ["no id", "1 1 1 1 - 1\n{}"],
    ["blanks alone", "       \n{}"],
    ["an empty number", "id 1  1 1 - 1\n{}"],
    ["no number where one must be", "id - 1 1 1 - 1\n{}"],
    ["no number at the end", "id 1 1 1 1 - -\n{}"],
    ["something else in a number", "id 1 1 ! 1 - 1\n{}"],
    ["something else in an optional number", "id 1 1 1 1 ? 1\n{}"],
    ["a head in the data alone", "\nid 1 1 1 1 - 1\n{}"],
  ])("is not one with %s", (_what, text) => {
    expect(decodeRecord(text)).toBeUndefined();
  });

  test("never throws, whatever is read", { timeout: 30_000 }, () => {
    const piece = fc.constantFrom("id", " ", "\n", "1", "zz", "-", "A", "!", "{}", "");
    const text = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: "binary" })), (any) => {
        const read = decodeRecord(any);
        const numbers =
          read === undefined ? [] : [read.createdAt, read.lastSeenAt, read.idleTimeout, read.expiresAt];
        expect(numbers.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });
});
