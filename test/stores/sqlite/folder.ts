import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A folder for the database files of one test file, removed after its tests. */
export function sqliteFolder(): { folder: string; file: () => string } {
  const folder = mkdtempSync(join(tmpdir(), "coatcheck-sqlite-"));
  let count = 0;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, file: () => join(folder, `${++count}.db`) };
}
