import { existsSync, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { createConducts } from "./audit/conduct.ts";
import { entryPoints } from "./audit/entry-points.ts";
import { loadParser } from "./audit/load-parser.ts";
import { createMeanings } from "./audit/meaning.ts";
import { createProject } from "./audit/project.ts";
import { auditJson, auditText, isFine, type Audit } from "./audit/report.ts";
import { importResolver, sourceOf } from "./audit/resolve-import.ts";
import { sourceFiles } from "./audit/source-files.ts";
import { UsageError, type Command } from "./command.ts";

/** `coatcheck audit [folder]`: which server functions and API routes are open to everybody. */
export const audit: Command = {
  name: "audit",
  arguments: "[folder]",
  most: 1,
  summary: "find server functions and API routes without a guard",
  about: `Reads the source of an application, of SolidStart's above all, and lists its server functions, queries
and API routes. Each must begin with a guard that is awaited, or with publicRoute("why it is public").
The folder is src if none is named. Exit code 1 when one of them is unguarded (✗).`,
  options: { quiet: { type: "boolean", help: "list only what is unguarded" } },
  async run(input, io) {
    const base = process.cwd();
    const found = await auditFolder(folderOf(input.positionals[0], base));
    io.stdout.write(
      input.flag("json")
        ? `${JSON.stringify(auditJson(found, base), undefined, 2)}\n`
        : auditText(found, base, input.flag("quiet")),
    );
    return isFine(found) ? 0 : 1;
  },
};

/** @throws UsageError without its name. */
function folderOf(given: string | undefined, base: string): string {
  const folder = resolve(base, given ?? "src");
  if (existsSync(folder) && statSync(folder).isDirectory()) return folder;
  throw new UsageError(
    given === undefined ? "There is no folder src here: name the folder." : "There is no such folder.",
  );
}

/** @throws UsageError where there is no source, or no parser for it. */
async function auditFolder(folder: string): Promise<Audit> {
  const files = sourceFiles(folder);
  if (files.length === 0) throw new UsageError("There is no TypeScript and no JavaScript in the folder.");
  const parse = await loadParser(folder);
  const project = createProject(parse, importResolver(folder, parse));
  const meanings = createMeanings(project);
  const conducts = createConducts(meanings);
  // What the folders above the application are called means nothing.
  const home = dirname(sourceOf(folder));
  const entries = files.flatMap((path) => {
    const module = project.moduleAt(path);
    const isRoute = relative(home, path).split(sep).includes("routes");
    return module === undefined ? [] : entryPoints(module, isRoute, meanings, conducts);
  });
  return { entries, unreadable: project.unreadable };
}
