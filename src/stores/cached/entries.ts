import type { SessionRecord } from "../store.ts";
import { Times } from "./times.ts";

/**
 * What is kept of a record, and what its answer may still be used for. The record itself would take a third
 * more memory: whoever finds it gets a new one.
 */
export interface CachedEntry {
  readonly version: number;
  readonly userId: string | undefined;
  readonly idleTimeout: number;
  readonly schemaVersion: number;
  readonly data: string;
  /** The texts that few records have; `undefined` when this one has none of them. */
  readonly more: Extras | undefined;
  /** Where in {@link Times} its moments are. */
  readonly place: number;
  /** Which stretch of the channel watches over it; {@link UNWATCHED} when it is kept for outages alone. */
  watchedSince: number;
  /** How many records had been put when this one was used last. */
  usedAt: number;
}

type Extras = Pick<SessionRecord, "flash" | "device" | "authentication" | "successor">;

/** No stretch of the channel: the record may have changed without a word. */
export const UNWATCHED = -1;

/** What a record costs beside its texts: the entry, six moments, the heads of the texts and its place in the map. */
const OVERHEAD_BYTES = 400;

/** Records by id, as many as fit; the least recently used ones make room. */
export class CachedEntries {
  /** A Map keeps the order in which keys were set: the first one was used least recently. */
  readonly #entries = new Map<string, CachedEntry>();
  readonly #times = new Times();
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

  /** The record of an entry. */
  recordOf(id: string, entry: CachedEntry): SessionRecord {
    const { version, userId, idleTimeout, schemaVersion, data, more, place } = entry;
    const { createdAt, lastSeenAt, authenticatedAt, absoluteExpiresAt, expiresAt } =
      this.#times.moments(place);
    return {
      id,
      version,
      userId,
      createdAt,
      lastSeenAt,
      authenticatedAt,
      idleTimeout,
      absoluteExpiresAt,
      expiresAt,
      schemaVersion,
      data,
      flash: more?.flash,
      device: more?.device,
      successor: more?.successor,
      authentication: more?.authentication,
    };
  }

  /** A moment at which the record of an entry was current, or an earlier one. */
  readAt(entry: CachedEntry): number {
    return this.#times.readAt(entry.place);
  }

  expiresAt(entry: CachedEntry): number {
    return this.#times.expiresAt(entry.place);
  }

  /** Notes that an entry was used just now. The order matters to a put, so once between two of them is enough. */
  markUsed(id: string, entry: CachedEntry): void {
    if (entry.usedAt === this.#puts) return;
    entry.usedAt = this.#puts;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
  }

  /** Keeps a record in place of the one of the same id; one that alone is too large is not kept. */
  put(record: SessionRecord, readAt: number, watchedSince: number): void {
    const { id, version, userId, idleTimeout, schemaVersion, data } = record;
    this.delete(id);
    const more = extrasOf(record);
    const bytes = bytesOf(id, { userId, data, more });
    if (bytes > this.#maxBytes) return;
    const [place, usedAt] = [this.#times.keep(record, readAt), ++this.#puts];
    this.#entries.set(id, {
      version,
      userId,
      idleTimeout,
      schemaVersion,
      data,
      more,
      place,
      watchedSince,
      usedAt,
    });
    this.#bytes += bytes;
    // Asked first: to find the oldest, a Map steps over the places of all that were deleted since it last grew.
    while (this.#entries.size > this.#maxEntries || this.#bytes > this.#maxBytes)
      this.delete(this.#entries.keys().next().value!);
  }

  delete(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#times.release(entry.place);
    this.#bytes -= bytesOf(id, entry);
  }

  deleteByUser(userId: string, exceptId: string | undefined): void {
    for (const [id, entry] of this.#entries) if (entry.userId === userId && id !== exceptId) this.delete(id);
  }
}

function extrasOf({ flash, device, authentication, successor }: SessionRecord): Extras | undefined {
  const any = flash ?? device ?? authentication ?? successor;
  return any === undefined ? undefined : { flash, device, authentication, successor };
}

/** At most what a record holds in memory: two octets for each UTF-16 unit of its texts, and the rest of it. */
function bytesOf(id: string, { userId, data, more }: Pick<CachedEntry, "userId" | "data" | "more">): number {
  const extra =
    more === undefined
      ? 0
      : (more.flash?.length ?? 0) +
        (more.device?.length ?? 0) +
        (more.authentication?.length ?? 0) +
        (more.successor?.length ?? 0);
  return 2 * (id.length + data.length + (userId?.length ?? 0) + extra) + OVERHEAD_BYTES;
}
