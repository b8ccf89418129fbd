import { createHash } from "node:crypto";
import { assert, property, array, nat, record as object } from "fast-check";
import { describe, expect, test } from "vitest";
import { RecentTokens } from "../src/recent-tokens.ts";
import type { SessionRecord } from "../src/core/record.ts";
import { testRecord } from "../src/testing/index.ts";

/** As random at its end as a tag is. */
const tokenOf = (n: number): string =>
  `s1.abcdefgh.20000.${createHash("sha512").update(String(n)).digest("base64url")}`;
const recordOf = (n: number) => testRecord({ createdAt: n, data: JSON.stringify({ userId: n }) });

/** Has a token come back, so that it is kept. */
function noteTwice(recent: RecentTokens, token: string, record: SessionRecord): void {
  recent.note(token, record);
  recent.note(token, record);
}

describe("recently opened tokens", () => {
  test("are answered with what they held, once they have come back", () => {
    const recent = new RecentTokens();
    const record = recordOf(1);
    recent.note(tokenOf(1), record);
    expect(recent.get(tokenOf(1))).toBeUndefined();
    expect(recent.size).toBe(0);
    recent.note(tokenOf(1), record);
    expect(recent.get(tokenOf(1))?.record).toBe(record);
    expect(recent.get(tokenOf(2))).toBeUndefined();
  });

  test("are kept for nearly all of a thousand visitors who come in turn, and for none of twenty thousand", () => {
    const kept = (visitors: number) => {
      const recent = new RecentTokens();
      for (let turn = 0; turn < 2; turn++)
        for (let n = 0; n < visitors; n++) recent.note(tokenOf(n), recordOf(n));
      return recent.size;
    };
    expect(kept(1000)).toBeGreaterThan(990);
    expect(kept(20_000)).toBeLessThan(1000);
  });

  test.each([
    ["just now", 0],
    ["some time ago", 3],
  ])(
    "are told apart from every other token, whatever part of it is the same, when they came %s",
    (_, later) => {
      // Three to a generation: what came three others ago is in the old one.
      const recent = new RecentTokens({ maxEntries: 6 });
      const token = tokenOf(1);
      noteTwice(recent, token, recordOf(1));
      for (let n = 0; n < later; n++) noteTwice(recent, tokenOf(100 + n), recordOf(n));
      for (let i = 0; i < token.length; i++) {
        const other = `${token.slice(0, i)}${token[i] === "A" ? "B" : "A"}${token.slice(i + 1)}`;
        expect(recent.get(other)).toBeUndefined();
      }
      for (const other of ["", "s1", token.slice(1), `${token}A`, token.slice(0, -1), token.toUpperCase()])
        expect(recent.get(other)).toBeUndefined();
      expect(recent.get(token)).toBeDefined();
    },
  );

  test("count once, however often they are noted", () => {
    const recent = new RecentTokens();
    noteTwice(recent, tokenOf(1), recordOf(1));
    const { bytes } = recent;
    for (let time = 0; time < 10; time++) recent.note(tokenOf(1), recordOf(1));
    expect([recent.size, recent.bytes]).toEqual([1, bytes]);
  });

  test("are forgotten beyond so many, those that nobody asks for first", () => {
    const recent = new RecentTokens({ maxEntries: 100 });
    noteTwice(recent, tokenOf(0), recordOf(0));
    for (let n = 1; n < 1000; n++) {
      noteTwice(recent, tokenOf(n), recordOf(n));
      expect(recent.get(tokenOf(0))).toBeDefined();
    }
    const kept = Array.from({ length: 1000 }, (_, n) => recent.get(tokenOf(n)) !== undefined);
    expect(kept.filter(Boolean).length).toBeLessThanOrEqual(100);
    expect(kept[1]).toBe(false);
    expect(kept[999]).toBe(true);
  });

  test("are bounded in entries and octets, whatever is opened in which order", () => {
    const step = object({ n: nat(60), size: nat(400) });
    assert(
      property(array(step, { maxLength: 200 }), nat(20), nat(20_000), (steps, maxEntries, maxBytes) => {
        const recent = new RecentTokens({ maxEntries: maxEntries + 2, maxBytes });
        for (const { n, size } of steps) {
          if (recent.get(tokenOf(n)) === undefined)
            noteTwice(
              recent,
              tokenOf(n),
              testRecord({ createdAt: n, data: JSON.stringify("d".repeat(size)) }),
            );
          expect(recent.size).toBeLessThanOrEqual(maxEntries + 2);
          expect(recent.bytes).toBeLessThanOrEqual(maxBytes);
        }
      }),
    );
  });

  test("hold on to no Cookie header", () => {
    const recent = new RecentTokens();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < 400; n++) {
      const header = `${"a".repeat(100_000)}${n}; session=${tokenOf(n)}`;
      noteTwice(recent, header.slice(header.indexOf("=") + 1), recordOf(n));
    }
    // Were the headers kept, it would be 40 MB.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
    expect(recent.size).toBe(400);
  });
});
