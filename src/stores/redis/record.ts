import type { SessionRecord } from "../store.ts";

/** The mark of a record that stands in no user's index. */
export const NO_MARK = "-";

/**
 * What a record's key holds: a line that the scripts match (`version expiresAt absoluteExpiresAt mark`), a
 * line with the user, a line with the record as JSON but for its data, and the data, which is JSON already: a
 * reader would otherwise take it out of one text only to parse it as another. JSON has no raw line break. The
 * mark says which entry of the user's index is this record's.
 */
export interface RecordText {
  readonly version: string;
  readonly expiresAt: string;
  readonly absoluteExpiresAt: string;
  /** The user as JSON, an empty line when there is none. */
  readonly user: string;
  readonly body: string;
}

/** Takes a record apart into the text that is kept, all but the mark. */
export function textOf(record: SessionRecord): RecordText {
  return {
    version: String(record.version),
    expiresAt: String(record.expiresAt),
    absoluteExpiresAt: String(record.absoluteExpiresAt),
    user: userText(record.userId),
    body: `${JSON.stringify({ ...record, data: undefined })}\n${record.data}`,
  };
}

/** How a user stands in a record. */
export function userText(userId: string | undefined): string {
  return userId === undefined ? "" : JSON.stringify(userId);
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What stands in a record's key. @throws when it is no record. */
export function parseRecord(text: string): { record: SessionRecord; mark: string } {
  const headEnd = text.indexOf("\n");
  const body = text.indexOf("\n", headEnd + 1) + 1;
  const bodyEnd = text.indexOf("\n", body);
  const record = JSON.parse(text.slice(body, bodyEnd)) as Writable<SessionRecord>;
  record.data = text.slice(bodyEnd + 1);
  return {
    record,
    mark: text.slice(text.lastIndexOf(" ", headEnd) + 1, headEnd),
  };
}
