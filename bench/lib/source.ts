import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../src", import.meta.url));
/** Hex digits that are kept: enough to tell states apart. */
const DIGITS = 12;

/** The state of the library, from the names and contents of all its files: what was measured from another one may no longer be so. */
export function sourceState(): string {
  const files = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => `${parentPath}${sep}${name}`);
  const hash = createHash("sha256");
  // The same on every platform.
  const named = files.map((file) => [relative(FOLDER, file).replaceAll(sep, "/"), file] as const);
  for (const [name, file] of named.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const content = readFileSync(file);
    // With its length, so that nothing can move from one file to the next.
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, DIGITS);
}
