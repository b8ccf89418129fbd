const BLOCK = /(<!-- bench:([a-z0-9-]+) -->\n).*?(<!-- \/bench -->)/gs;

/** The name of a table as a document spells it. */
export function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
}

/** The names of the tables that a document has a place for. */
export function placesIn(document: string): string[] {
  return [...document.matchAll(BLOCK)].map(([, , name]) => name!);
}

/**
 * Puts tables between their markers, `<!-- bench:NAME -->` and `<!-- /bench -->`. Where there is no table of a name, what stands there
 * stays.
 *
 * @param tables - By {@link slug}.
 */
export function fillIn(document: string, tables: ReadonlyMap<string, string>): string {
  return document.replaceAll(BLOCK, (block: string, start: string, name: string, end: string) => {
    const found = tables.get(name);
    return found === undefined ? block : `${start}\n${found}\n\n${end}`;
  });
}
