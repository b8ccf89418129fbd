/**
 * One session as it is kept: in a store as it stands here, in a sealed cookie as text.
 * All times are milliseconds since the epoch.
 */
export interface SessionRecord {
  /**
   * The public id, safe to show and to log. Of a stored session it is the SHA-256 of its token in
   * base64url (43 characters) and the store's key; of a sealed one it is 128 random bits (22 characters).
   */
  readonly id: string;
  /** Counts the writes of a stored record, from 1; the expected value of a compare-and-swap. */
  readonly version: number;
  /** `userId(data)` as a string, for the index of a user's sessions; `undefined` when nobody is logged in. */
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
}

/** Fields behind the id in the first line. */
const NUMBERS = 6;
const NONE = "-";

/**
 * The plaintext of a sealed token: a line of fields, a line of data, and a line of flash values if there
 * are any. JSON has no raw line break, and lines let a reader check the expiry before it parses the data.
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
  return record.flash === undefined ? `${head}\n${record.data}` : `${head}\n${record.data}\n${record.flash}`;
}

/**
 * Reads what {@link encodeRecord} wrote. `userId` is left out: it follows from the data.
 *
 * @returns `undefined` when the text has another layout.
 */
export function decodeRecord(text: string): SessionRecord | undefined {
  const headEnd = text.indexOf("\n");
  const idEnd = text.indexOf(" ");
  const numbers = readNumbers(text, idEnd + 1, headEnd);
  if (numbers.length !== NUMBERS) return undefined;
  const createdAt = numbers[0]!;
  const absoluteExpiresAt = numbers[1]!;
  const lastSeenAt = numbers[2]!;
  const idleTimeout = numbers[3]!;
  const authenticatedAt = numbers[4];
  const schemaVersion = numbers[5]!;
  // NaN or undefined in any of them makes the sum NaN.
  if (
    Number.isNaN(
      createdAt + absoluteExpiresAt + lastSeenAt + idleTimeout + (authenticatedAt ?? 0) + schemaVersion,
    )
  )
    return undefined;

  const dataEnd = text.indexOf("\n", headEnd + 1);
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
    data: dataEnd === -1 ? text.slice(headEnd + 1) : text.slice(headEnd + 1, dataEnd),
    flash: dataEnd === -1 ? undefined : text.slice(dataEnd + 1),
  };
}

/** Reads numbers between single blanks: `undefined` for {@link NONE}, NaN for what is no number. */
function readNumbers(text: string, start: number, end: number): (number | undefined)[] {
  const numbers: (number | undefined)[] = [];
  for (let from = start; from <= end;) {
    const blank = text.indexOf(" ", from);
    const to = blank === -1 || blank > end ? end : blank;
    numbers.push(to === from + 1 && text[from] === NONE ? undefined : readNumber(text, from, to));
    from = to + 1;
  }
  return numbers;
}

/** `parseInt(text.slice(from, to), 36)`, which takes five times as long as reading plain digits here. */
function readNumber(text: string, from: number, to: number): number {
  let number = from < to ? 0 : NaN;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code >= 97 && code <= 122) number = number * 36 + code - 87;
    else if (code >= 48 && code <= 57) number = number * 36 + code - 48;
    else return parseInt(text.slice(from, to), 36);
  }
  return number;
}
