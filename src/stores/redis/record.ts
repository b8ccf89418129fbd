import type { SessionRecord } from "../store.ts";

/** The mark of a record that stands in no user's index. */
export const NO_MARK = "-";
const NONE = "-";

/**
 * Where a record stood in its user's index when it was found. Symbols are copied with a record: `{ ...found, data }` has
 * it too, and can be replaced without what is kept being taken apart. By then it can be wrong, as of a copy under
 * another id: the script compares it.
 */
export const PLACE: unique symbol = Symbol("place in the user's index");

/** A record that the store has found. */
export interface PlacedRecord extends SessionRecord {
  readonly [PLACE]: Place;
}

interface Place {
  /** Which entry of the user's index is this record's, {@link NO_MARK} for none. */
  readonly mark: string;
  /** Whose index that is. */
  readonly userId: string | undefined;
  /** The entry stays at least as long. */
  readonly absoluteExpiresAt: number;
}

/** The mark that the record has which this one replaces, and which it may keep, as far as is known; else "". */
export function knownMark(record: SessionRecord & Partial<PlacedRecord>): string {
  const place = record[PLACE];
  if (place === undefined || place.userId !== record.userId) return "";
  return record.userId === undefined || record.absoluteExpiresAt <= place.absoluteExpiresAt ? place.mark : "";
}

/**
 * What a record's key holds, line by line: the user and `mark version expiresAt absoluteExpiresAt`, which the scripts
 * match; `createdAt lastSeenAt authenticatedAt idleTimeout schemaVersion`; what few records have, as JSON; and the
 * data, which is JSON already. A reader of one JSON text would take twice as long. JSON has no raw line break. The id
 * is in the key.
 *
 * @param mark - "" for a script to put one in.
 */
export function textOf(record: SessionRecord, mark: string): string {
  const { version, userId, createdAt, lastSeenAt, authenticatedAt = NONE, data } = record;
  const { expiresAt, absoluteExpiresAt, idleTimeout, schemaVersion } = record;
  const { flash, device, authentication, successor } = record;
  const rare = JSON.stringify({ flash, device, authentication, successor });
  return `${userText(userId)}
${mark} ${version} ${expiresAt} ${absoluteExpiresAt}
${createdAt} ${lastSeenAt} ${authenticatedAt} ${idleTimeout} ${schemaVersion}
${rare === "{}" ? "" : rare}
${data}`;
}

/** How a user stands in a record. */
export function userText(userId: string | undefined): string {
  return userId === undefined ? "" : JSON.stringify(userId);
}

/** What stands in the key of a record. @throws when it is no record. */
export function parseRecord(id: string, text: string): PlacedRecord {
  const reader = new FieldReader(text);
  const userId = userOf(reader.line());
  const mark = reader.word();
  const version = reader.number();
  const expiresAt = reader.number();
  const absoluteExpiresAt = reader.number();
  const createdAt = reader.number();
  const lastSeenAt = reader.number();
  const authenticatedAt = reader.numberOrNone();
  const idleTimeout = reader.number();
  const schemaVersion = reader.number();
  const rare = reader.line();
  const record: PlacedRecord = {
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
    data: reader.rest(),
    flash: undefined,
    [PLACE]: { mark, userId, absoluteExpiresAt },
  };
  const numbers =
    version + expiresAt + absoluteExpiresAt + createdAt + lastSeenAt + idleTimeout + schemaVersion;
  // What is no number makes the sum NaN.
  if (Number.isNaN(numbers + (authenticatedAt ?? 0))) throw noRecord();
  return rare === "" ? record : { ...record, ...rareOf(rare) };
}

function noRecord(): Error {
  return new Error("What Redis holds under a session's key is no session.");
}

type Rare = Pick<SessionRecord, "flash" | "device" | "authentication" | "successor">;

function rareOf(line: string): Rare {
  const { flash, device, authentication, successor } = JSON.parse(line) as Rare;
  return { flash, device, authentication, successor };
}

function userOf(line: string): string | undefined {
  if (line === "") return undefined;
  if (line.length < 2 || !line.startsWith('"') || !line.endsWith('"')) throw noRecord();
  return line.includes("\\") ? (JSON.parse(line) as string) : line.slice(1, -1);
}

/** Reads fields that end with a blank or a line. Every request does; split() and Number() take three times as long. */
class FieldReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next number, NaN where there is none. */
  number(): number {
    let number = 0;
    let i = this.#at;
    for (; ; i++) {
      const code = this.#text.charCodeAt(i);
      if (code >= 48 && code <= 57) number = number * 10 + code - 48;
      else if (code === 32 || code === 10) break;
      else return this.#unusual();
    }
    if (i === this.#at) number = NaN;
    this.#at = i + 1;
    return number;
  }

  /** The same, `undefined` where {@link NONE} stands. */
  numberOrNone(): number | undefined {
    if (!this.#text.startsWith(`${NONE} `, this.#at)) return this.number();
    this.#at += NONE.length + 1;
    return undefined;
  }

  /** The text before the next blank. */
  word(): string {
    return this.#until(" ");
  }

  /** What is left of this line. */
  line(): string {
    return this.#until("\n");
  }

  #until(separator: string): string {
    const end = this.#text.indexOf(separator, this.#at);
    if (end === -1) throw noRecord();
    const field = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return field;
  }

  rest(): string {
    return this.#text.slice(this.#at);
  }

  /** A field that is not of digits alone: negative, a fraction, or none. */
  #unusual(): number {
    const [field = ""] = this.#text.slice(this.#at).split(/[ \n]/, 1);
    this.#at += field.length + 1;
    return field === "" ? NaN : Number(field);
  }
}
