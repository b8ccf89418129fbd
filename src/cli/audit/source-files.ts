import { readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";

const SOURCE = /\.[cm]?[jt]sx?$/;
/** What is declared there is written elsewhere. */
const DECLARATION = /\.d\.[cm]?ts$/;
const SKIPPED: ReadonlySet<string> = new Set(["node_modules", "dist", ".output"]);

/** Whether a file has code in it that may be the server's. */
export function isSource(path: string): boolean {
  return SOURCE.test(path) && !DECLARATION.test(path);
}

/** The source files of a folder and of those in it, in the order of their names. Links are followed, once. */
export function sourceFiles(folder: string, seen: Set<string> = new Set()): string[] {
  const real = realpathSync(folder);
  if (seen.has(real)) return [];
  seen.add(real);
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => {
      const path = join(folder, name);
      // A link to nothing.
      const found = statSync(path, { throwIfNoEntry: false });
      if (found?.isDirectory() === true) return SKIPPED.has(name) ? [] : sourceFiles(path, seen);
      return found?.isFile() === true && isSource(name) ? [path] : [];
    });
}
