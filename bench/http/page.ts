/** What there is to read on the page: about as much as a small page has. */
export const TEXT = "It is our choices that show what we truly are, far more than our abilities. ".repeat(12);

/** What {@link page} says of somebody; `undefined` is an anonymous visitor. Every answer is looked through for it. */
export function mark(userId: unknown): string {
  return `data-user="${typeof userId === "number" ? userId : "nobody"}"`;
}

/** Who it is where no session says so: the page is the same, be it on what a session costs or without one. No visitor has this id. */
export const SOMEBODY = 999_999;

/** The page that every server answers. */
export function page(userId?: unknown): string {
  return `<!doctype html><html lang="en"><title>Hogwarts</title><main ${mark(userId)}><p>${TEXT}</p></main></html>`;
}

/** Its type. */
export const HTML = "text/html; charset=utf-8";
