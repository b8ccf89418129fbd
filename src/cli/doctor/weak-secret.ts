/** What documentation and templates have where a secret belongs; the second group was published whole. */
const PLACEHOLDERS =
  /password|changeme|change[-_ ]me|change[-_ ]this|replace|placeholder|example|default|development|qwerty|letmein|supersecret|your[-_ ]?secret|secret[-_ ]?key|keyboard[-_ ]?cat|not[-_ ]?secure|insecure|notsosecret|at[-_ ]least/i;
const PUBLISHED: ReadonlySet<string> = new Set(["80d42cfb-1cd2-462c-8f17-e3237d9027e9"]);

const FEWEST_CHARACTERS = 9;
const LEAST_BITS = 128;

/** Why a secret is no secret, without telling any of it; `undefined` when nothing speaks against it. */
export function obviousness(secret: string): string | undefined {
  if (PUBLISHED.has(secret.toLowerCase())) return "stands in published documentation";
  if (PLACEHOLDERS.test(secret)) return "has words of a placeholder in it";
  if (isRepeated(secret)) return "repeats itself";
  if (new Set(secret).size < FEWEST_CHARACTERS) return "is made of very few different characters";
  if (isSequence(secret)) return "is a sequence of neighbouring characters";
  return undefined;
}

/** Whether so few kinds of characters, even if random, hold less than 128 bits. */
export function isThin(secret: string): boolean {
  const kinds = [
    [/^[0-9]*$/, 10],
    [/^[0-9a-f]*$/i, 16],
    [/^(?:[a-z]*|[A-Z]*)$/, 26],
    [/^(?:[a-z0-9]*|[A-Z0-9]*)$/, 36],
    [/^[\w+/=-]*$/, 64],
  ] as const;
  const alphabet = kinds.find(([kind]) => kind.test(secret))?.[1] ?? 90;
  return secret.length * Math.log2(alphabet) < LEAST_BITS;
}

/** Whether it is one piece over and over. */
function isRepeated(secret: string): boolean {
  for (let period = 1; period <= secret.length / 2; period++)
    if (secret.startsWith(secret.slice(period))) return true;
  return false;
}

/** Whether more than half of its characters follow their neighbour in the alphabet, up or down. */
function isSequence(secret: string): boolean {
  let steps = 0;
  for (let i = 1; i < secret.length; i++)
    if (Math.abs(secret.charCodeAt(i) - secret.charCodeAt(i - 1)) <= 1) steps++;
  return steps > (secret.length - 1) / 2;
}
