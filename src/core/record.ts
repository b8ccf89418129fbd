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

const FIELDS = 7;
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
  if (headEnd === -1) return undefined;
  const fields = text.slice(0, headEnd).split(" ");
  if (fields.length !== FIELDS) return undefined;
  const createdAt = parseInt(fields[1]!, 36);
  const absoluteExpiresAt = parseInt(fields[2]!, 36);
  const lastSeenAt = parseInt(fields[3]!, 36);
  const idleTimeout = parseInt(fields[4]!, 36);
  const authenticatedAt = fields[5] === NONE ? undefined : parseInt(fields[5]!, 36);
  const schemaVersion = parseInt(fields[6]!, 36);
  if (
    Number.isNaN(
      createdAt + absoluteExpiresAt + lastSeenAt + idleTimeout + (authenticatedAt ?? 0) + schemaVersion,
    )
  )
    return undefined;

  const dataEnd = text.indexOf("\n", headEnd + 1);
  return {
    id: fields[0]!,
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
