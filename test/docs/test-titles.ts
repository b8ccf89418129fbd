import { parseSync } from "rolldown/utils";

/** The titles that lead to a test, from the outermost `describe` to the test itself, as they are written in the source. */
export type TitlePath = readonly string[];

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const SUITES = new Set(["describe"]);
const TESTS = new Set(["test", "it"]);
/** A test that does not run shows nothing. */
const NOT_RUN = new Set(["skip", "todo", "skipIf", "runIf", "fails"]);

/**
 * Reads the tests of a file without running it.
 *
 * @throws Error for what is no TypeScript.
 */
export function testTitles(file: string, text: string): TitlePath[] {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]!.message}`);
  const found: TitlePath[] = [];

  function visit(value: unknown, above: TitlePath): void {
    if (Array.isArray(value)) for (const item of value) visit(item, above);
    if (!isNode(value)) return;
    const kind = value.type === "CallExpression" ? kindOf(value["callee"] as Node) : undefined;
    if (kind === "not run") return;
    const path = [...above, titleOf(value, text) ?? ""];
    const titled = kind !== undefined && path.at(-1) !== "";
    if (titled && kind === "test") found.push(path);
    for (const child of Object.values(value)) visit(child, titled && kind === "suite" ? path : above);
  }
  visit(program, []);
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof (value as Node | null)?.type === "string";
}

/** What `test`, `test.each(table)` and the like make; `undefined` for every other function. */
function kindOf(callee: Node): "suite" | "test" | "not run" | undefined {
  switch (callee.type) {
    case "Identifier": {
      const name = callee["name"] as string;
      return SUITES.has(name) ? "suite" : TESTS.has(name) ? "test" : undefined;
    }
    case "MemberExpression": {
      const kind = kindOf(callee["object"] as Node);
      const runs = !NOT_RUN.has((callee["property"] as { name?: string }).name ?? "");
      return kind === undefined || runs ? kind : "not run";
    }
    case "CallExpression":
      return kindOf(callee["callee"] as Node);
    case "TaggedTemplateExpression":
      return kindOf(callee["tag"] as Node);
    default:
      return undefined;
  }
}

function titleOf(node: Node, text: string): string | undefined {
  const [first] = (node["arguments"] as Node[] | undefined) ?? [];
  if (first?.type === "Literal" && typeof first["value"] === "string") return first["value"];
  return first?.type === "TemplateLiteral" ? text.slice(first.start + 1, first.end - 1) : undefined;
}
