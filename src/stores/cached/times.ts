import type { SessionRecord } from "../store.ts";

/** The moments of a record. */
type Moments = Pick<
  SessionRecord,
  "createdAt" | "lastSeenAt" | "authenticatedAt" | "absoluteExpiresAt" | "expiresAt"
>;

const FIELDS = 6;
const [CREATED, SEEN, AUTHENTICATED, ABSOLUTE, EXPIRES, READ] = [0, 1, 2, 3, 4, 5] as const;
/** Places of one block: 48 KiB. */
const BLOCK = 1024;

/**
 * The moments of many records, in blocks of plain numbers: as properties of an object each takes a box of its own,
 * three times as much memory.
 */
export class Times {
  readonly #blocks: Float64Array[] = [];
  /** Places that were given back. */
  readonly #free: number[] = [];
  #used = 0;

  /** @returns the place where they are kept, until {@link Times.release}. */
  keep(moments: Moments, readAt: number): number {
    const place = this.#free.pop() ?? this.#used++;
    if (place === this.#blocks.length * BLOCK) this.#blocks.push(new Float64Array(BLOCK * FIELDS));
    const block = this.#block(place);
    const at = start(place);
    block[at + CREATED] = moments.createdAt;
    block[at + SEEN] = moments.lastSeenAt;
    block[at + AUTHENTICATED] = moments.authenticatedAt ?? NaN;
    block[at + ABSOLUTE] = moments.absoluteExpiresAt;
    block[at + EXPIRES] = moments.expiresAt;
    block[at + READ] = readAt;
    return place;
  }

  release(place: number): void {
    this.#free.push(place);
  }

  expiresAt(place: number): number {
    return this.#block(place)[start(place) + EXPIRES]!;
  }

  readAt(place: number): number {
    return this.#block(place)[start(place) + READ]!;
  }

  moments(place: number): Moments {
    const block = this.#block(place);
    const at = start(place);
    const authenticatedAt = block[at + AUTHENTICATED]!;
    return {
      createdAt: block[at + CREATED]!,
      lastSeenAt: block[at + SEEN]!,
      authenticatedAt: Number.isNaN(authenticatedAt) ? undefined : authenticatedAt,
      absoluteExpiresAt: block[at + ABSOLUTE]!,
      expiresAt: block[at + EXPIRES]!,
    };
  }

  #block(place: number): Float64Array {
    return this.#blocks[Math.floor(place / BLOCK)]!;
  }
}

function start(place: number): number {
  return (place % BLOCK) * FIELDS;
}
