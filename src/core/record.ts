/**
 * One session as it is kept: in a store as it stands here, in a sealed cookie as text.
 * All times are milliseconds since the epoch.
 */
export interface SessionRecord {
  /**
   * The public id, safe to show and to log. Of a stored session it is the SHA-256 of its name and token in
   * base64url (43 characters) and the store's key; of a sealed one it is 128 random bits (22 characters).
   */
  readonly id: string;
  /** Counts the writes of a stored record, from 1; the expected value of a compare-and-swap. */
  readonly version: number;
  /** What a user's sessions are listed by (see `user-key.ts`); `undefined` when nobody is logged in. */
  readonly userId: string | undefined;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  /** When this user proved who they are; `undefined` when nobody is logged in. */
  readonly authenticatedAt: number | undefined;
  /** Seconds without a request after which the session ends. */
  readonly idleTimeout: number;
  /** The moment that no activity can move. */
  readonly absoluteExpiresAt: number;
  /** The earlier of the idle and the absolute limit: from this moment on the record counts as absent. */
  readonly expiresAt: number;
  /** The application's `version` of the data. */
  readonly schemaVersion: number;
  /** The data as JSON text. */
  readonly data: string;
  /** Flash values as JSON text; `undefined` when there are none. */
  readonly flash: string | undefined;
  /** What the application chose to record of the visitor's device, as JSON text; `undefined` when it chose nothing. */
  readonly device?: string | undefined;
  /** How the user was authenticated, or which step of it is still to come, as JSON text; see `authentication.ts`. */
  readonly authentication?: string | undefined;
  /**
   * The id under which this stored session went on when its token was replaced. Such a record opens for
   * nobody; it stays for some minutes, so that a logout that was under way meanwhile ends the session that it
   * meant.
   */
  readonly successor?: string | undefined;
}

const NONE = "-";

/**
 * The plaintext of a sealed token: a line of fields, a line of data, and where there are any a line of flash
 * values and one of how the user was authenticated. JSON has no raw line break, and lines let a reader check
 * the expiry before it parses the data.
 */
export function encodeRecord(record: SessionRecord): string {
  const head = [
    record.id,
    record.createdAt.toString(36),
    record.absoluteExpiresAt.toString(36),
    record.lastSeenAt.toString(36),
    record.idleTimeout.toString(36),
    record.authenticatedAt === undefined ? NONE : record.authenticatedAt.toString(36),
    record.schemaVersion.toString(36),
  ].join(" ");
  const { data, flash, authentication } = record;
  if (authentication !== undefined) return `${head}\n${data}\n${flash ?? ""}\n${authentication}`;
  return flash === undefined ? `${head}\n${data}` : `${head}\n${data}\n${flash}`;
}

/**
 * Reads what {@link encodeRecord} wrote. `userId` is left out: it follows from the data.
 *
 * @returns `undefined` when the text has another layout.
 */
export function decodeRecord(text: string): SessionRecord | undefined {
  const headEnd = text.indexOf("\n");
  const idEnd = text.indexOf(" ");
  if (headEnd === -1 || idEnd === -1) return undefined;
  const numbers = new NumberReader(text, idEnd + 1, headEnd);
  const createdAt = numbers.next()!;
  const absoluteExpiresAt = numbers.next()!;
  const lastSeenAt = numbers.next()!;
  const idleTimeout = numbers.next()!;
  const authenticatedAt = numbers.next();
  const schemaVersion = numbers.next()!;
  const sum =
    createdAt + absoluteExpiresAt + lastSeenAt + idleTimeout + (authenticatedAt ?? 0) + schemaVersion;
  // What is no number, undefined included, makes the sum NaN.
  if (!numbers.done || Number.isNaN(sum)) return undefined;

  const dataEnd = lineEnd(text, headEnd + 1);
  const flashEnd = lineEnd(text, dataEnd + 1);
  return {
    id: text.slice(0, idEnd),
    version: 1,
    userId: undefined,
    createdAt,
    lastSeenAt,
    authenticatedAt,
    idleTimeout,
    absoluteExpiresAt,
    expiresAt: Math.min(absoluteExpiresAt, lastSeenAt + idleTimeout * 1000),
    schemaVersion,
    data: text.slice(headEnd + 1, dataEnd),
    flash: text.slice(dataEnd + 1, flashEnd) || undefined,
    ...(flashEnd < text.length && { authentication: text.slice(flashEnd + 1) }),
  };
}

/** Where a line ends: before a line break, or with the text. */
function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}

/**
 * Reads numbers in base 36 between single blanks. Every request does; split() and parseInt() take three times
 * as long.
 */
class NumberReader {
  readonly #text: string;
  readonly #end: number;
  #at: number;

  constructor(text: string, start: number, end: number) {
    this.#text = text;
    this.#at = start;
    this.#end = end;
  }

  /** Whether everything was read, and nothing beyond. */
  get done(): boolean {
    return this.#at === this.#end + 1;
  }

  /** The next number, `undefined` where {@link NONE} stands, NaN where there is none. */
  next(): number | undefined {
    const start = this.#at;
    let number = 0;
    let i = start;
    for (; i < this.#end; i++) {
      const code = this.#text.charCodeAt(i);
      if (code >= 97 && code <= 122) number = number * 36 + code - 87;
      else if (code >= 48 && code <= 57) number = number * 36 + code - 48;
      else if (code === 32) break;
      else return this.#unusual();
    }
    this.#at = i + 1;
    return i === start ? NaN : number;
  }

  /** A field that is not of plain digits: none, negative, or a fraction. */
  #unusual(): number | undefined {
    const blank = this.#text.indexOf(" ", this.#at);
    const end = blank === -1 || blank > this.#end ? this.#end : blank;
    const field = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return field === NONE ? undefined : parseInt(field, 36);
  }
}
