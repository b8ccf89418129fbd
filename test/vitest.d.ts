import "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** A figure worth seeing when all is well: `npm test` prints it under the phase. */
    note?: string;
  }
}
