/** What a session holds, and what a write starts from and ends with, as JSON. */
export interface Content {
  readonly json: string;
  readonly flash: string | undefined;
  /** See `authentication.ts`. */
  readonly authentication: string | undefined;
}

/** JSON of no data at all. */
export const NO_DATA = "{}";
