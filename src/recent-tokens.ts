import { DataTemplate } from "./core/frozen-data.ts";
import type { SessionRecord } from "./core/record.ts";

/** Tokens kept at most, and octets of them, their records and the data as it is when it is parsed. */
export interface RecentTokensLimits {
  /**
   * Of visitors who come in turn 2,000 are kept, seven eighths of 4,000, half of 8,000 and hardly one of
   * 20,000, however many may be.
   * @default 10000
   */
  readonly maxEntries?: number;
  /** @default 33554432 (32 MiB): those of some 2,000 visitors whose cookies are as large as they can be */
  readonly maxBytes?: number;
}

/** A token that was opened lately, and what it held. */
export interface RecentToken {
  readonly token: string;
  readonly record: SessionRecord;
  readonly template: DataTemplate;
  /** What it takes, in octets, once its data has been asked for. */
  readonly bytes: number;
}

/** What an entry takes beside its texts: three objects, six numbers, its place in the map. */
const OVERHEAD_BYTES = 400;
/** What each value, object and array of parsed JSON takes at most, about, beside its text. */
const VALUE_BYTES = 40;
/** Tokens whose first sight is remembered: groups of some, to one of which each belongs. */
const GROUP = 4;
const GROUP_BITS = 11;
const MAX_ENTRIES = 10_000;
const MAX_BYTES = 32 * 2 ** 20;

/**
 * What tokens held that were opened a moment ago: to open one again takes a lookup and a comparison instead
 * of a cipher or a hash. It says what those would say, and no more: whoever asks looks each time whether the
 * session is still there and not over, and takes a copy of the data for each request.
 *
 * Two generations take turns, so that a hit moves nothing: what was not asked for while the younger one
 * filled up is forgotten. A token is kept when it is opened for the second time. Of one that never comes back
 * a number is noted and no more: keeping it, and forgetting it again, would take a fifth of what opening it
 * takes.
 */
export class RecentTokens {
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #sights = new Int32Array(GROUP << GROUP_BITS);
  #young = new Map<number, RecentToken>();
  #old = new Map<number, RecentToken>();
  #youngBytes = 0;
  #oldBytes = 0;

  constructor({ maxEntries = MAX_ENTRIES, maxBytes = MAX_BYTES }: RecentTokensLimits = {}) {
    this.#maxEntries = Math.floor(maxEntries / 2);
    this.#maxBytes = maxBytes / 2;
  }

  /** How many tokens are kept; one that was asked for again lately counts twice. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** What they take, in octets. */
  get bytes(): number {
    return this.#youngBytes + this.#oldBytes;
  }

  /** What exactly this token held, if it was opened lately. */
  get(token: string): RecentToken | undefined {
    const key = keyOf(token);
    const young = this.#young.get(key);
    if (young !== undefined) return young.token === token ? young : undefined;
    const old = this.#old.get(key);
    if (old === undefined || old.token !== token) return undefined;
    this.#add(key, old);
    return old;
  }

  /** Notes that a token was opened, and what it held. */
  note(token: string, record: SessionRecord): void {
    const key = keyOf(token);
    if (!this.#wasSeen(key)) return;
    this.#add(key, {
      // A copy: the token is a piece of the Cookie header, and would keep all of it in memory.
      token: JSON.parse(`"${token}"`) as string,
      record,
      template: new DataTemplate(record.data),
      bytes: bytesOf(token, record),
    });
  }

  /** Whether this key was asked for before; remembers it in place of the one in its group that was asked for first. */
  #wasSeen(key: number): boolean {
    const sights = this.#sights;
    // Spread by Knuth's multiplier: characters of base64url are not equally frequent in each of their bits.
    const first = (Math.imul(key, 0x9e3779b1) >>> (32 - GROUP_BITS)) * GROUP;
    for (let i = first; i < first + GROUP; i++) if (sights[i] === key) return true;
    for (let i = first + GROUP - 1; i > first; i--) sights[i] = sights[i - 1]!;
    sights[first] = key;
    return false;
  }

  #add(key: number, entry: RecentToken): void {
    const { bytes } = entry;
    if (bytes > this.#maxBytes) return;
    if (this.#young.size >= this.#maxEntries || this.#youngBytes + bytes > this.#maxBytes) {
      [this.#old, this.#oldBytes] = [this.#young, this.#youngBytes];
      [this.#young, this.#youngBytes] = [new Map(), 0];
    }
    this.#youngBytes += bytes - (this.#young.get(key)?.bytes ?? 0);
    this.#young.set(key, entry);
  }
}

/**
 * Some 28 bits of the end, which is random or a tag, as a small integer: hashing the text would cost more
 * than the search. A collision is a miss.
 */
function keyOf(token: string): number {
  let key = 0;
  for (let i = token.length - 6; i < token.length - 1; i++) key = (key << 6) | (token.charCodeAt(i) & 63);
  return key;
}

function bytesOf(token: string, record: SessionRecord): number {
  const { data } = record;
  const texts = Object.values(record)
    .filter((value) => typeof value === "string")
    .join("");
  // Engines keep a text of Latin-1 in an octet a character.
  const width = /[^\0-\xff]/.test(texts) ? 2 : 1;
  // What data is made of begins with one of these, or stands in a text that has them.
  const values = data.split(/[[{,]/).length;
  // The data's own texts stand in it once more when it is parsed.
  return token.length + width * (texts.length + data.length) + VALUE_BYTES * values + OVERHEAD_BYTES;
}
