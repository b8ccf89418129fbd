import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { UsageError } from "../command.ts";
import type { NodeOf } from "./syntax.ts";

/** What a parser says of a text that it cannot read. */
export interface SyntaxProblem {
  readonly message: string;
  readonly labels: readonly { readonly start: number }[];
}

/** Parses TypeScript and JavaScript, with JSX where the name of the file allows it. */
export type Parse = (
  path: string,
  text: string,
) => { readonly program: NodeOf<"Program">; readonly errors: readonly SyntaxProblem[] };

/** What the packages below have in common. */
interface Oxc {
  parseSync(
    path: string,
    text: string,
    options: { lang: string; sourceType: string; preserveParens: boolean },
  ): {
    program: NodeOf<"Program">;
    errors: (SyntaxProblem & { readonly severity: string })[];
  };
}

/** Where oxc's parser is found in applications; Vite has it since its version 8. */
const PACKAGES = ["oxc-parser", "vite", "rolldown/utils"] as const;

/**
 * Finds a parser among the packages of an application: coatcheck brings none.
 *
 * @param folder - A folder of the application.
 * @throws UsageError where there is none.
 */
export async function loadParser(folder: string): Promise<Parse> {
  const { resolve } = createRequire(join(folder, "audit.js"));
  for (const name of PACKAGES) {
    const oxc = await load(name, resolve);
    if (oxc === undefined) continue;
    return (path, text) => {
      const lang = languageOf(path);
      const { program, errors } = oxc.parseSync(path, text, {
        lang,
        sourceType: "module",
        preserveParens: false,
      });
      return { program, errors: errors.filter(({ severity }) => severity === "Error") };
    };
  }
  throw new UsageError(
    "There is no parser among the application's packages: install vite 8 or newer, or npm install --save-dev oxc-parser.",
  );
}

async function load(name: string, resolve: (name: string) => string): Promise<Oxc | undefined> {
  let found: string;
  try {
    found = resolve(name);
  } catch {
    return undefined;
  }
  const module = (await import(pathToFileURL(found).href)) as Partial<Oxc>;
  return typeof module.parseSync === "function" ? (module as Oxc) : undefined;
}

/** As SolidStart takes them: JSX may be in every file but one of TypeScript alone. */
function languageOf(path: string): string {
  if (path.endsWith(".tsx")) return "tsx";
  return /\.[cm]?ts$/.test(path) ? "ts" : "jsx";
}
