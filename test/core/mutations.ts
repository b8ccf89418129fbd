/** Ways to make a token that was never issued out of some that were. */
export type MutationKind =
  | "bit of the text"
  | "bit of the bytes"
  | "truncated"
  | "spliced"
  | "other name"
  | "other purpose"
  | "other kid"
  | "other day"
  | "other spelling"
  | "random edits";

export interface Mutation {
  readonly kind: MutationKind;
  readonly token: string;
}

/** What an attacker may hold: tokens of this session and of ones beside it. */
export interface Loot {
  /** Genuine tokens of this session; two at least. */
  readonly own: readonly string[];
  /** Genuine ones of another name, purpose and password, in the same order. */
  readonly otherName: readonly string[];
  readonly otherPurpose: readonly string[];
  readonly otherKid: readonly string[];
  /** Days that are within the lifetime, beside the tokens' own. */
  readonly days: readonly number[];
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BLANKS = [" ", "\t", "\n", "\r", "\0", "\u00a0", "\u2028", "\ufeff"];
const EDIT_ALPHABET = `${ALPHABET}+/=.;, %\u00e9`;

/** A seeded generator of whole numbers below a limit: mulberry32. */
export function seededRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Every mutation of one of the tokens; never one that is genuine. */
export function* mutationsOf(
  loot: Loot,
  index: number,
  random: (below: number) => number,
): Generator<Mutation> {
  const genuine = new Set(loot.own);
  const token = loot.own[index]!;
  const other = loot.own[(index + 1) % loot.own.length]!;
  for (const made of [
    flippedBits(token),
    flippedBytes(token),
    truncated(token),
    spliced(token, other),
    moved(loot, index),
    respelled(token),
    randomEdits(token, random),
  ])
    for (const mutation of made) if (!genuine.has(mutation.token)) yield mutation;
}

/** Every bit of every character, the eighth too. */
function* flippedBits(token: string): Generator<Mutation> {
  for (let i = 0; i < token.length; i++)
    for (let bit = 0; bit < 8; bit++) {
      const flipped = String.fromCharCode(token.charCodeAt(i) ^ (1 << bit));
      yield { kind: "bit of the text", token: token.slice(0, i) + flipped + token.slice(i + 1) };
    }
}

/** Every bit of nonce, ciphertext and tag, spelled as it should be. */
function* flippedBytes(token: string): Generator<Mutation> {
  const { prefix, bytes } = partsOf(token);
  for (let i = 0; i < bytes.length; i++)
    for (let bit = 0; bit < 8; bit++) {
      bytes[i]! ^= 1 << bit;
      yield { kind: "bit of the bytes", token: prefix + bytes.toString("base64url") };
      bytes[i]! ^= 1 << bit;
    }
}

/** Every beginning and every end of the text, and of the bytes under a whole prefix. */
function* truncated(token: string): Generator<Mutation> {
  for (let i = 0; i < token.length; i++) {
    yield { kind: "truncated", token: token.slice(0, i) };
    if (i > 0) yield { kind: "truncated", token: token.slice(i) };
  }
  const { prefix, bytes } = partsOf(token);
  for (let i = 1; i < bytes.length; i++) {
    yield { kind: "truncated", token: prefix + bytes.toString("base64url", i) };
    yield { kind: "truncated", token: prefix + bytes.toString("base64url", 0, i) };
  }
}

/** The beginning of one and the end of another, cut at every character and at every byte. */
function* spliced(token: string, other: string): Generator<Mutation> {
  for (let i = 1; i < token.length; i++) yield { kind: "spliced", token: token.slice(0, i) + other.slice(i) };
  const { prefix, bytes } = partsOf(token);
  const { bytes: otherBytes } = partsOf(other);
  for (let i = 1; i < bytes.length; i++) {
    const head = bytes.subarray(0, i);
    for (const tail of [otherBytes.subarray(i), otherBytes.subarray(-i)])
      yield { kind: "spliced", token: prefix + Buffer.concat([head, tail]).toString("base64url") };
  }
  yield { kind: "spliced", token: token + other };
  yield { kind: "spliced", token: `${token}.${other}` };
  yield { kind: "spliced", token: token + other.slice(other.lastIndexOf(".") + 1) };
}

/** Genuine elsewhere: as it is, and with this session's labels on it. */
function* moved(loot: Loot, index: number): Generator<Mutation> {
  const token = loot.own[index]!;
  const { version, kid, day, body } = partsOf(token);
  const elsewhere = [
    ["other name", loot.otherName],
    ["other purpose", loot.otherPurpose],
    ["other kid", loot.otherKid],
  ] as const;
  for (const [kind, tokens] of elsewhere) {
    const foreign = partsOf(tokens[index]!);
    yield { kind, token: tokens[index]! };
    yield { kind, token: `${version}.${kid}.${day}.${foreign.body}` };
    yield { kind, token: `${version}.${foreign.kid}.${day}.${body}` };
  }
  for (const wrong of [...loot.days, day + 1000, 0, 1, 999_999])
    yield { kind: "other day", token: `${version}.${kid}.${wrong}.${body}` };
  for (const wrong of [`0${day}`, `+${day}`, `${day}.0`, `${day}e0`, ` ${day}`, `0x${day.toString(16)}`, ""])
    yield { kind: "other day", token: `${version}.${kid}.${wrong}.${body}` };
  for (const wrong of ["s0", "s1", "s2", "S1", "x0", "x1", "X1", "s", "1", "", "s11"])
    yield { kind: "other spelling", token: `${wrong}.${kid}.${day}.${body}` };
}

/** The same bytes in any other base64. */
function* respelled(token: string): Generator<Mutation> {
  const { prefix, body } = partsOf(token);
  const kind = "other spelling";
  const standard = body.replaceAll("-", "+").replaceAll("_", "/");
  for (const spelling of [standard, body.replaceAll("-", "+"), body.replaceAll("_", "/")])
    yield { kind, token: prefix + spelling };
  for (const padding of ["=", "==", "===", "A=", "AA==", "%3D", "."]) {
    yield { kind, token: token + padding };
    yield { kind, token: prefix + standard + padding };
  }
  for (const blank of BLANKS)
    for (let i = 0; i <= token.length; i++) yield { kind, token: token.slice(0, i) + blank + token.slice(i) };
  // The last character holds two or four bits that stand for nothing.
  for (const last of ALPHABET) yield { kind, token: token.slice(0, -1) + last };
  for (const more of ALPHABET) yield { kind, token: token + more };
}

/** Two to six characters changed, put in or taken out. */
function* randomEdits(token: string, random: (below: number) => number): Generator<Mutation> {
  for (let n = 0; n < 200; n++) {
    let edited = token;
    for (let edits = 2 + random(5); edits > 0; edits--) {
      const at = random(edited.length);
      const put = random(4) === 0 ? "" : EDIT_ALPHABET[random(EDIT_ALPHABET.length)]!;
      edited = edited.slice(0, at) + put + edited.slice(at + random(2));
    }
    yield { kind: "random edits", token: edited };
  }
}

interface Parts {
  readonly prefix: string;
  readonly version: string;
  readonly kid: string;
  readonly day: number;
  readonly body: string;
  readonly bytes: Buffer;
}

function partsOf(token: string): Parts {
  const [version = "", kid = "", day = "", body = ""] = token.split(".");
  const prefix = token.slice(0, token.length - body.length);
  return { prefix, version, kid, day: Number(day), body, bytes: Buffer.from(body, "base64url") };
}
