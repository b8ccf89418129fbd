/** How often all processes are started anew: no two compile the same code in quite the same way. */
const SITTINGS = 3;

/** @returns how many rounds each sitting has; together at least as many as were asked for. */
export function sittings(rounds: number): readonly number[] {
  const count = Math.min(SITTINGS, rounds);
  return Array.from({ length: count }, () => Math.ceil(rounds / count));
}
