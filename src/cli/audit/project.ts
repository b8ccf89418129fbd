import { readFileSync } from "node:fs";
import type { Parse } from "./load-parser.ts";
import type { ResolveImport } from "./resolve-import.ts";
import { isSource } from "./source-files.ts";
import { sourceModule, type SourceModule } from "./source-module.ts";

/** A file that cannot be read as code. */
export interface Unreadable {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** The modules of an application, each read once. */
export interface Project {
  /** @returns `undefined` for a file that does not parse, which is then among the unreadable ones. */
  moduleAt(path: string): SourceModule | undefined;
  /** The module that an import means; `undefined` when it is a package's, or no code. */
  imported(specifier: string, importer: SourceModule): SourceModule | undefined;
  readonly unreadable: readonly Unreadable[];
}

/** Builds the project of an application; nothing is read before it is asked for. */
export function createProject(parse: Parse, resolve: ResolveImport): Project {
  const modules = new Map<string, SourceModule | undefined>();
  const unreadable: Unreadable[] = [];

  function read(path: string): SourceModule | undefined {
    const text = readFileSync(path, "utf8");
    const { program, errors } = parse(path, text);
    const [error] = errors;
    if (error === undefined) return sourceModule(path, text, program);
    const line = text.slice(0, error.labels[0]?.start ?? 0).split("\n").length;
    unreadable.push({ path, line, message: error.message });
    return undefined;
  }

  function moduleAt(path: string): SourceModule | undefined {
    if (!modules.has(path)) modules.set(path, read(path));
    return modules.get(path);
  }

  return {
    moduleAt,
    unreadable,
    imported(specifier, { path }) {
      const found = resolve(specifier, path);
      return found === undefined || !isSource(found) ? undefined : moduleAt(found);
    },
  };
}
