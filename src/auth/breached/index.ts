import { FRONT_CODED } from "./data.ts";

const A = "A".charCodeAt(0);

let passwords: ReadonlySet<string> | undefined;

/**
 * Whether a password is one of the 17,950 that breaches showed to be the most used of eight characters and
 * more, upper and lower case alike. The list comes with the package: nothing is asked of any server, and no
 * other password is refused. Its first use takes some milliseconds.
 *
 * @param password - As it was received. One of fewer than eight characters is never in the list: refuse it
 *   for its length.
 * @see OWASP ASVS 5.0 6.2.4, 6.2.12; NIST SP 800-63B-4 section 3.1.1.2
 */
export function isBreached(password: string): boolean {
  passwords ??= readAll(FRONT_CODED);
  return passwords.has(password.toLowerCase());
}

function readAll(text: string): Set<string> {
  const all = new Set<string>();
  let previous = "";
  for (const entry of text.split(/(?=[A-Z])/)) {
    previous = previous.slice(0, entry.charCodeAt(0) - A) + entry.slice(1);
    all.add(previous);
  }
  return all;
}
