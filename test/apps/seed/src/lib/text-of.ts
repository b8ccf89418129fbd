/** A field of a form as text; empty when there is none, or a file. */
export function textOf(form: { get(name: string): unknown } | undefined, name: string): string {
  const value = form?.get(name);
  return typeof value === "string" ? value : "";
}
