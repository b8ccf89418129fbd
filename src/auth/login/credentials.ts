/**
 * What a visitor logs in with. The types are wide because the values come from a form or a body: what is no
 * text is no login.
 */
export interface Credentials {
  /** A username, an e-mail address, or whatever `findUser` finds users by. */
  readonly identifier: unknown;
  readonly password: unknown;
  /** Whether to stay logged in: `true`, or as a checkbox sends it. @default false */
  readonly remember?: unknown;
}

/** Credentials that could be somebody's. */
export interface PlausibleCredentials {
  readonly identifier: string;
  readonly password: string;
  readonly remember: boolean;
}

/** Fields of a form that may hold the identifier, the first one that is there counts. */
const IDENTIFIER_FIELDS = ["identifier", "username", "email"];
/** No identifier is longer; an e-mail address has 254 characters at most (RFC 5321 section 4.5.3.1). */
const MAX_IDENTIFIER = 320;
/** Longer ones are hashed by nobody. */
const MAX_PASSWORD = 4096;
/** What the body `null` says. */
const NOTHING: Credentials = { identifier: undefined, password: undefined };
// oxlint-disable-next-line no-control-regex -- those are what must not be in there
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Reads what a visitor has sent: credentials, or a form with a field `identifier`, `username` or `email`, one
 * named `password` and perhaps a checkbox `remember`.
 *
 * An identifier is brought into Unicode's normal form C, so that the same name is the same whichever keyboard
 * it came from, and blanks around it are left out. Its letters stay as they are: whether `Harry` is `harry`
 * is for `findUser` to say.
 *
 * @returns `undefined` for what can be nobody's login: missing, no text, too long, with control characters.
 */
export function readCredentials(given: Credentials | FormData): PlausibleCredentials | undefined {
  const { identifier, password, remember } = isForm(given) ? fromForm(given) : (given ?? NOTHING);
  if (typeof identifier !== "string" || typeof password !== "string") return undefined;
  if (identifier.length > MAX_IDENTIFIER || password.length > MAX_PASSWORD || password === "")
    return undefined;
  const name = identifier.normalize("NFC").trim();
  if (name === "" || CONTROL.test(name) || !name.isWellFormed()) return undefined;
  return { identifier: name, password, remember: isChecked(remember) };
}

/** Also of another realm: a framework may bring its own FormData. */
function isForm(given: Credentials | FormData): given is FormData {
  return typeof (given as Partial<FormData> | null)?.getAll === "function";
}

function fromForm(form: FormData): Credentials {
  // Two fields of one name are a contradiction, and no browser's login form sends them.
  const single = (name: string): unknown => {
    const values = form.getAll(name);
    return values.length === 1 ? values[0] : undefined;
  };
  const field = IDENTIFIER_FIELDS.find((name) => form.has(name)) ?? "";
  return { identifier: single(field), password: single("password"), remember: single("remember") };
}

function isChecked(remember: unknown): boolean {
  return remember === true || remember === "on" || remember === "true" || remember === "1";
}
