/** A row of a table whose last column names tests. */
export interface Row {
  /** What the row is about: its first cell. */
  readonly about: string;
  readonly tests: readonly NamedTest[];
}

export interface NamedTest {
  /** Path in the repository; empty when the cell names none before the title. */
  readonly file: string;
  /** The title, after those of the groups that it is in as far as they are named. */
  readonly path: readonly string[];
}

/** The heading of the column that names tests. */
const COLUMN = "test";
const FILE = /^`(test\/[^`]+)`: /;

/**
 * Reads the tables of a document whose last column is headed `test`. A cell has one test on each of its lines: `` `file`: title ``, or a title
 * alone for the file before; ` > ` leads from a group into it.
 */
export function rowsOf(document: string): Row[] {
  const rows: Row[] = [];
  let inTable = false;
  for (const line of document.split("\n")) {
    const cells = cellsOf(line);
    if (cells === undefined) inTable = false;
    else if (!inTable) inTable = cells.at(-1) === COLUMN;
    else if (!/^:?-+:?$/.test(cells[0]!)) rows.push({ about: cells[0]!, tests: testsIn(cells.at(-1)!) });
  }
  return rows;
}

function cellsOf(line: string): string[] | undefined {
  if (!line.startsWith("|")) return undefined;
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function testsIn(cell: string): NamedTest[] {
  let file = "";
  return cell
    .split("<br>")
    .filter((line) => line !== "")
    .map((line) => {
      file = FILE.exec(line)?.[1] ?? file;
      return { file, path: line.replace(FILE, "").split(" > ").map(unescape) };
    });
}

/** What Markdown wants written with a backslash. */
function unescape(title: string): string {
  return title.replaceAll(/\\([\\|`*_{}<>[\]])/g, "$1");
}
