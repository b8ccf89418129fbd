import type { SessionRecord } from "../store.ts";

/** The mark of a record that stands in no user's index. */
export const NO_MARK = "-";
const NONE = "-";

/**
 * What a record's key holds, line by line: `version expiresAt absoluteExpiresAt mark` and the user, which the scripts
 * match; `createdAt lastSeenAt authenticatedAt idleTimeout schemaVersion`; what few records have, as JSON; and the
 * data, which is JSON already. A reader of one JSON text would take twice as long. JSON has no raw line break. The
 * mark says which entry of the user's index is this record's.
 */
export interface RecordText {
  readonly version: string;
  readonly expiresAt: string;
  readonly absoluteExpiresAt: string;
  /** The user as JSON, an empty line when there is none. */
  readonly user: string;
  /** The lines after the user. */
  readonly body: string;
}

/** Takes a record apart into the text that is kept, all but its id, which is in the key, and the mark. */
export function textOf(record: SessionRecord): RecordText {
  const { createdAt, lastSeenAt, authenticatedAt = NONE, idleTimeout, schemaVersion, data } = record;
  const { flash, device, authentication, successor } = record;
  const rare = JSON.stringify({ flash, device, authentication, successor });
  return {
    version: String(record.version),
    expiresAt: String(record.expiresAt),
    absoluteExpiresAt: String(record.absoluteExpiresAt),
    user: userText(record.userId),
    body: `${createdAt} ${lastSeenAt} ${authenticatedAt} ${idleTimeout} ${schemaVersion}\n${rare === "{}" ? "" : rare}\n${data}`,
  };
}

/** How a user stands in a record. */
export function userText(userId: string | undefined): string {
  return userId === undefined ? "" : JSON.stringify(userId);
}

/** What stands in the key of a record. @throws when it is no record. */
export function parseRecord(id: string, text: string): { record: SessionRecord; mark: string } {
  const reader = new FieldReader(text);
  const version = reader.number();
  const expiresAt = reader.number();
  const absoluteExpiresAt = reader.number();
  const mark = reader.line();
  const userId = userOf(reader.line());
  const createdAt = reader.number();
  const lastSeenAt = reader.number();
  const authenticatedAt = reader.numberOrNone();
  const idleTimeout = reader.number();
  const schemaVersion = reader.number();
  const rare = reader.line();
  const record: SessionRecord = {
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
  };
  const numbers =
    version + expiresAt + absoluteExpiresAt + createdAt + lastSeenAt + idleTimeout + schemaVersion;
  // What is no number makes the sum NaN.
  if (Number.isNaN(numbers + (authenticatedAt ?? 0))) throw noRecord();
  return { record: rare === "" ? record : { ...record, ...rareOf(rare) }, mark };
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

  /** What is left of this line. */
  line(): string {
    const end = this.#text.indexOf("\n", this.#at);
    if (end === -1) throw noRecord();
    const line = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return line;
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
