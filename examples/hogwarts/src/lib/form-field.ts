/**
 * A field that was typed or chosen. The type of what a server function is given is a promise that a caller over the
 * network need not keep: it may be no form, and the field a file.
 *
 * @returns "" when it is not there.
 */
export function formField(form: FormData | undefined, name: string): string {
  const value = typeof form?.get === "function" ? form.get(name) : undefined;
  return typeof value === "string" ? value : "";
}
