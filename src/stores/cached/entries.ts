import type { SessionRecord } from "../store.ts";

/** A record that was read, and what its answer may still be used for. */
export interface CachedEntry {
  readonly record: SessionRecord;
  /** A moment at which the record was current, or an earlier one. */
  readonly readAt: number;
  /** Which stretch of the channel watches over it; {@link UNWATCHED} when it is kept for outages alone. */
  watchedSince: number;
  /** How many records had been put when this one was used last. */
  usedAt: number;
}

/** No stretch of the channel: the record may have changed without a word. */
export const UNWATCHED = -1;

/** What a record costs beside its texts: sixteen fields, the entry and its place in the map. */
const OVERHEAD_BYTES = 512;

/** Records by id, as many as fit; the least recently used ones make room. */
export class CachedEntries {
  /** A Map keeps the order in which keys were set: the first one was used least recently. */
  readonly #entries = new Map<string, CachedEntry>();
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  #bytes = 0;
  #puts = 0;

  constructor(limits: { readonly maxEntries: number; readonly maxBytes: number }) {
    this.#maxEntries = limits.maxEntries;
    this.#maxBytes = limits.maxBytes;
  }

  get(id: string): CachedEntry | undefined {
    return this.#entries.get(id);
  }

  /** Notes that an entry was used just now. The order matters to a put, so once between two of them is enough. */
  touch(id: string, entry: CachedEntry): void {
    if (entry.usedAt === this.#puts) return;
    entry.usedAt = this.#puts;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
  }

  /** Keeps a record in place of the one of the same id; one that alone is too large is not kept. */
  put(record: SessionRecord, readAt: number, watchedSince: number): void {
    const { id } = record;
    this.delete(id);
    const bytes = bytesOf(record);
    if (bytes > this.#maxBytes) return;
    this.#entries.set(id, { record, readAt, watchedSince, usedAt: ++this.#puts });
    this.#bytes += bytes;
    // Asked first: to find the oldest, a Map steps over the places of all that were deleted since it last grew.
    while (this.#entries.size > this.#maxEntries || this.#bytes > this.#maxBytes)
      this.delete(this.#entries.keys().next().value!);
  }

  delete(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#bytes -= bytesOf(entry.record);
  }

  deleteByUser(userId: string, exceptId: string | undefined): void {
    for (const [id, { record }] of this.#entries)
      if (record.userId === userId && id !== exceptId) this.delete(id);
  }
}

/** At most what a record holds in memory: two octets for each UTF-16 unit of its texts, and the rest of it. */
function bytesOf({ id, userId, data, flash, device, authentication, successor }: SessionRecord): number {
  const units =
    id.length +
    data.length +
    (userId?.length ?? 0) +
    (flash?.length ?? 0) +
    (device?.length ?? 0) +
    (authentication?.length ?? 0) +
    (successor?.length ?? 0);
  return 2 * units + OVERHEAD_BYTES;
}
