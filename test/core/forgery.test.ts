import * as fc from "fast-check";
import sodium from "sodium-native";
import { describe, expect, test } from "vitest";
import { encodeRecord } from "../../src/core/record.ts";
import { DAY_MS, splitToken } from "../../src/core/token.ts";
import { createSessions } from "../../src/sessions.ts";
import { sodiumCipher } from "../../src/sodium.ts";
import { testExchange } from "../../src/testing/index.ts";
import { ciphers, type Ciphering } from "../crypto/providers.ts";
import { mutationsOf, seededRandom, type Loot, type Mutation, type MutationKind } from "./mutations.ts";
import { NOON, openNow, PASSWORDS, sealerOf, sealNow, TODAY, type SealerSetup } from "./sealers.ts";

const SEED = 20_260_615;
const FORGERIES = 1_000_000;
/** The ciphers that answer at once. */
const atOnce = ciphers.filter(({ crypto }) => crypto.synchronous);

/** The plaintext of a living session. */
function recordText(data: string, now: number = NOON): string {
  return encodeRecord({
    id: "cHVibGljIGlkIG9mIG9uZQ",
    version: 1,
    userId: undefined,
    createdAt: now,
    lastSeenAt: now,
    authenticatedAt: now,
    idleTimeout: 1800,
    absoluteExpiresAt: now + DAY_MS / 2,
    expiresAt: now + 1_800_000,
    schemaVersion: 1,
    data,
    flash: undefined,
  });
}

/** Genuine tokens with data of many lengths, all of this noon. */
function lootOf(count: number, on: Ciphering = atOnce[0]!): Loot {
  const texts = Array.from({ length: count }, (_, n) =>
    recordText(JSON.stringify({ userId: n, x: "x".repeat(n % 50) })),
  );
  // Nonces of the seed, so that a run can be had again.
  const random = seededRandom(SEED);
  const randomBytes = (length: number) => Uint8Array.from({ length }, () => random(256));
  const crypto = { ...on.crypto, randomBytes };
  const sealAll = (setup: SealerSetup) => {
    const sealer = sealerOf({ ...setup, crypto, cipher: on.cipher });
    return texts.map((text) => sealNow(sealer, text));
  };
  return {
    own: sealAll({}),
    otherName: sealAll({ name: "admin" }),
    otherPurpose: sealAll({ purpose: "reset" }),
    otherKid: sealAll({ passwords: [PASSWORDS[1]] }),
    days: [TODAY - 2, TODAY - 1, TODAY + 1],
  };
}

function* forgeries(loot: Loot): Generator<Mutation> {
  const random = seededRandom(SEED);
  for (let i = 0; i < loot.own.length; i++) yield* mutationsOf(loot, i, random);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}

describe.each(atOnce)("tokens under $name", ({ name: under, ...on }) => {
  const options = on.cipher.version === "s1" ? {} : { cipher: sodiumCipher(sodium) };

  test("opens none of 1,000,000 mutated tokens", { timeout: 120_000 }, ({ task }) => {
    const loot = lootOf(300, on);
    // Knows two passwords, so that a token of the second is refused for its labels and not for its key.
    const sealers = [sealerOf(on), sealerOf({ ...on, passwords: [PASSWORDS[0], PASSWORDS[1]] })];
    for (const token of loot.own)
      for (const sealer of sealers) expect(openNow(sealer, token)).toHaveProperty("text");

    const genuineElsewhere = new Set(loot.otherKid);
    const kinds = new Map<string, number>();
    const failures = new Map<string, number>();
    const accepted: Mutation[] = [];
    let tried = 0;
    const start = performance.now();
    for (const forgery of forgeries(loot)) {
      // Under a password of the list a token of that password is genuine.
      const genuine = genuineElsewhere.has(forgery.token);
      const unsealed = openNow(sealers[genuine ? 0 : tried % 2]!, forgery.token);
      if ("text" in unsealed) accepted.push(forgery);
      else failures.set(unsealed.failure, (failures.get(unsealed.failure) ?? 0) + 1);
      kinds.set(forgery.kind, (kinds.get(forgery.kind) ?? 0) + 1);
      if (++tried === FORGERIES) break;
    }
    expect(accepted).toEqual([]);
    expect(tried).toBe(FORGERIES);
    expect(kinds.size).toBe(10);
    expect([...failures.keys()].toSorted()).toEqual([
      "forged",
      "malformed",
      "out-of-lifetime",
      "unknown-key",
    ]);

    const list = (counts: Map<string, number>) =>
      [...counts].map(([kind, count]) => `${kind} ${count.toLocaleString("en")}`).join(", ");
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    task.meta.note = `${tried.toLocaleString("en")} mutated tokens under ${under} in ${seconds} s, 0 accepted (seed ${SEED}): ${list(kinds)}; refused as ${list(failures)}`;
  });

  test(
    "gives every forger the same answer, which is what a visitor without a cookie gets",
    { timeout: 60_000 },
    ({ task }) => {
      const sessions = createSessions({ password: PASSWORDS[0], now: () => NOON, ...options });
      const answerTo = (cookie: string | undefined): string => {
        const exchange = testExchange({ cookie });
        const session = sessions.open(exchange);
        if (session instanceof Promise) throw new TypeError("This session needs a promise.");
        const { data, state, id, createdAt, lastSeenAt, expiresAt, authenticatedAt } = session;
        const seen = { data, state, id, createdAt, lastSeenAt, expiresAt, authenticatedAt };
        return JSON.stringify([seen, [...exchange.headers]]);
      };
      const answer = answerTo(undefined);
      expect(JSON.parse(answer)).toEqual([
        { data: {}, state: "fresh" },
        [
          ["cache-control", "private, no-store"],
          ["vary", "Cookie"],
        ],
      ]);

      const loot = lootOf(6, on);
      for (const token of loot.own)
        expect(JSON.parse(answerTo(`__Host-session=${token}`))[0].state).toBe("loaded");
      const kinds = new Set<string>();
      const different: Mutation[] = [];
      let tried = 0;
      for (const forgery of forgeries(loot)) {
        // Blanks around a cookie's value are no part of it.
        if (loot.own.includes(forgery.token.trim())) continue;
        if (answerTo(`__Host-session=${forgery.token}`) !== answer) different.push(forgery);
        kinds.add(forgery.kind);
        tried++;
      }
      expect(different).toEqual([]);
      expect(kinds.size).toBe(10);

      // Genuine, but over or not to be chosen from: no other answer either.
      const seal = (now: number) =>
        `__Host-session=${sealNow(sealerOf(on), recordText('{"userId":1}', now), now)}`;
      const late = [NOON - DAY_MS, NOON - 30 * DAY_MS, NOON + 3_600_000, NOON - 1_800_000].map(seal);
      for (const cookie of [...late, `${seal(NOON)}; ${seal(NOON)}`, "__Host-session="])
        expect(answerTo(cookie)).toBe(answer);
      task.meta.note = `${under}: ${tried.toLocaleString("en")} mutated cookies through the whole handle: 1 answer`;
    },
  );

  const sealer = sealerOf(on);
  const edit = fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.string({ maxLength: 3, unit: "binary" }));

  test("opens nothing that was edited, whatever is inside", { timeout: 30_000 }, () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        (text, edits) => {
          const token = sealNow(sealer, text);
          const edited = edits.reduce((result, [position, removed, put]) => {
            const at = position % (result.length + 1);
            return result.slice(0, at) + put + result.slice(at + removed);
          }, token);
          fc.pre(edited !== token);
          expect(openNow(sealer, edited)).toHaveProperty("failure");
        },
      ),
      { numRuns: 2000, seed: SEED },
    );
  });

  test(
    "opens no bytes under a genuine prefix, and no text at all, that it has not sealed",
    { timeout: 30_000 },
    () => {
      const { prefix } = splitToken(sealNow(sealer, "text"))!;
      const body = fc
        .uint8Array({ maxLength: 200 })
        .map((bytes) => prefix + Buffer.from(bytes).toString("base64url"));
      fc.assert(
        fc.property(fc.oneof(body, fc.string({ unit: "binary" })), (token) => {
          expect(openNow(sealer, token)).toHaveProperty("failure");
        }),
        { numRuns: 2000, seed: SEED },
      );
    },
  );

  test("tells what a forged token costs beside a valid one", { timeout: 60_000 }, ({ task }) => {
    const loot = lootOf(40, on);
    const all = [...forgeries(loot)];
    const batch = (wanted: MutationKind) =>
      all.flatMap(({ kind, token }) => (kind === wanted ? [token] : [])).slice(0, 2000);
    const batches: Record<string, string[]> = {
      valid: loot.own.slice(),
      "with a wrong bit": batch("bit of the bytes"),
      "of another name": batch("other name"),
      truncated: batch("truncated"),
      "of another spelling": batch("other spelling"),
    };
    const cpuOf = (tokens: readonly string[]): number => {
      const before = process.cpuUsage();
      for (let n = 0; n < 4000; n++) openNow(sealer, tokens[n % tokens.length]!);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 4000;
    };
    // The first two rounds warm up; afterwards each round opens some of every kind.
    const rounds = Array.from({ length: 17 }, () => Object.values(batches).map(cpuOf)).slice(2);
    const costs = Object.keys(batches).map((kind, i) => ({
      kind,
      micros: median(rounds.map((round) => round[i]!)),
      ratio: median(rounds.map((round) => round[i]! / round[0]!)),
    }));
    expect(costs.every(({ micros }) => micros > 0)).toBe(true);
    const [valid, ...forged] = costs;
    const list = forged.map(({ kind, ratio }) => `${kind} ${ratio.toFixed(2)} x`).join(", ");
    task.meta.note = `${under}: opening a valid token ${valid!.micros.toFixed(2)} µs of CPU; a forged one ${list} (medians of ${rounds.length} interleaved rounds)`;
  });
});
