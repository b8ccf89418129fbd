import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import type { Parse } from "./load-parser.ts";
import { keyName, unwrap, type Node } from "./syntax.ts";

/** Finds the application's file that an import means; `undefined` for a package's. */
export type ResolveImport = (specifier: string, importer: string) => string | undefined;

/** A path of tsconfig.json: what stands before and behind its `*`, if it has one, and where it leads. */
interface Alias {
  readonly before: string;
  readonly behind: string | undefined;
  readonly targets: readonly string[];
}

/** What an import may leave out, in Vite's order. */
const ENDINGS = [".mjs", ".js", ".mts", ".ts", ".jsx", ".tsx"] as const;

/**
 * Builds what finds the files of imports: relative ones, those of `~/`, and those of the `paths` in the nearest
 * tsconfig.json. What that file extends is not read.
 *
 * @param folder - The folder that is audited.
 */
export function importResolver(folder: string, parse: Parse): ResolveImport {
  const aliases = [
    ...aliasesOf(folder, parse),
    { before: "~/", behind: "", targets: [join(sourceOf(folder), "*")] },
  ];
  return (specifier, importer) => {
    if (/^\.\.?(?:\/|$)/.test(specifier)) return fileAt(resolve(dirname(importer), specifier));
    for (const { before, behind, targets } of aliases) {
      if (behind === undefined ? specifier !== before : !isBetween(specifier, before, behind)) continue;
      const star = specifier.slice(before.length, specifier.length - (behind?.length ?? 0));
      for (const target of targets) {
        const file = fileAt(target.replace("*", () => star));
        if (file !== undefined) return file;
      }
    }
    return undefined;
  };
}

function isBetween(text: string, before: string, behind: string): boolean {
  return text.length >= before.length + behind.length && text.startsWith(before) && text.endsWith(behind);
}

/** The file that a path means with its ending left out, with that of what it is compiled to, or by its folder. */
function fileAt(path: string): string | undefined {
  const typed = /\.[cm]?jsx?$/.test(path) ? path.replace(/\.([cm]?)js(x?)$/, ".$1ts$2") : undefined;
  const candidates = [
    path,
    ...(typed === undefined ? [] : [typed, typed.replace(/\.ts$/, ".tsx")]),
    ...ENDINGS.map((ending) => path + ending),
    ...ENDINGS.map((ending) => join(path, `index${ending}`)),
  ];
  return candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile() === true);
}

/** SolidStart's `~`: the folder src that a folder is, is in or has; the folder itself where there is none. */
export function sourceOf(folder: string): string {
  const parts = folder.split(sep);
  const at = parts.lastIndexOf("src");
  if (at !== -1) return parts.slice(0, at + 1).join(sep);
  const inside = join(folder, "src");
  return existsSync(inside) ? inside : folder;
}

function aliasesOf(folder: string, parse: Parse): Alias[] {
  const file = join(folder, "tsconfig.json");
  if (!existsSync(file)) {
    const above = dirname(folder);
    return above === folder ? [] : aliasesOf(above, parse);
  }
  // The parser reads what JSON.parse does not: comments, and commas at the end.
  const { program } = parse(`${file}.ts`, `(${readFileSync(file, "utf8")})`);
  const [statement] = program.body;
  if (statement?.type !== "ExpressionStatement") return [];
  const options = memberOf(statement.expression, "compilerOptions");
  const paths = memberOf(options, "paths");
  if (paths?.type !== "ObjectExpression") return [];
  const base = resolve(dirname(file), textOf(memberOf(options, "baseUrl")) ?? ".");
  return paths.properties
    .flatMap((property) => {
      const pattern = property.type === "Property" ? keyName(property.key) : undefined;
      const list = pattern === undefined ? undefined : memberOf(paths, pattern);
      if (pattern === undefined || list?.type !== "ArrayExpression") return [];
      const targets = list.elements.flatMap((element) => textOf(element ?? undefined) ?? []);
      const [before = "", behind] = pattern.split("*");
      return { before, behind, targets: targets.map((target) => resolve(base, target)) };
    })
    .toSorted((a, b) => b.before.length - a.before.length);
}

function memberOf(node: Node | undefined, name: string): Node | undefined {
  if (node?.type !== "ObjectExpression") return undefined;
  for (const property of node.properties)
    if (property.type === "Property" && keyName(property.key) === name) return unwrap(property.value);
  return undefined;
}

function textOf(node: Node | undefined): string | undefined {
  return node?.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}
