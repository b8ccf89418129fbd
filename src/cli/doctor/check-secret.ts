import { PASSWORD_MIN_LENGTH } from "../../core/keyring.ts";
import type { CliIo } from "../io.ts";
import { finding, type Finding } from "./finding.ts";
import { isThin, obviousness } from "./weak-secret.ts";

const MAKE_ONE = "Make one with: coatcheck keygen";

/**
 * Looks at the passwords that seal cookies. No message tells anything that is in one, nor how long it is.
 *
 * @param variables - Where they are, the sealing one first.
 * @param needed - Whether sessions are sealed in the cookie.
 */
export function checkSecrets(env: CliIo["env"], variables: readonly string[], needed: boolean): Finding[] {
  const [first = "", ...older] = variables;
  const findings: Finding[] = [];
  const secret = env[first];
  const { ok, error } = finding("secret");
  if (secret !== undefined && secret !== "") findings.push(checkOne("secret", first, secret));
  else if (needed)
    findings.push(error(`${first} is not set, and without a store sessions are sealed under it.`, MAKE_ONE));
  else findings.push(ok(`${first} is not set, and sessions in a store need none.`));

  for (const variable of older) {
    const old = env[variable];
    if (old !== undefined && old !== "") findings.push(checkOld(variable, old, first, secret));
  }
  return findings;
}

function checkOne(check: string, variable: string, secret: string): Finding {
  const { ok, warning, error } = finding(check);
  if (secret.length < PASSWORD_MIN_LENGTH)
    return error(`${variable} is shorter than ${PASSWORD_MIN_LENGTH} characters.`, MAKE_ONE);
  const obvious = obviousness(secret);
  if (obvious !== undefined) return error(`${variable} ${obvious}: it can be guessed.`, MAKE_ONE);
  if (isThin(secret))
    return warning(`${variable} cannot have 128 bits: it has few kinds of characters.`, MAKE_ONE);
  if (secret.trim() !== secret || /^(["'`]).*\1$/s.test(secret))
    return warning(
      `${variable} has blanks or quotes around it.`,
      "They count: every server has to have them alike. Take them out where it is set.",
    );
  return ok(`${variable} is set, long enough and not an obvious one.`);
}

function checkOld(variable: string, old: string, first: string, secret: string | undefined): Finding {
  const { ok, warning, error } = finding("old-secret");
  if (secret === undefined || secret === "")
    return error(`${variable} is set, and ${first} is not.`, `Set ${first}: the first of several seals.`);
  if (old === secret)
    return warning(
      `${variable} is the same as ${first}.`,
      `Take ${variable} out, or put the earlier one there.`,
    );
  const found = checkOne("old-secret", variable, old);
  if (found.level !== "ok") return found;
  return ok(`${variable} opens what was sealed before; take it out when absoluteTimeout has passed.`);
}
