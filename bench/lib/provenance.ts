import type { Outcome } from "./scenario.ts";

/** What a table cannot say: from which state of the source its figures come, and whether others disturbed them. */
export function provenance(outcomes: readonly Outcome[]): string {
  return `${stateOf(outcomes)} ${disturbanceOf(outcomes)}`;
}

/** Databases, each with its version, without those that have none: a store in memory. */
export function serverVersions(servers: readonly string[]): [string, string][] {
  return [...new Set(servers)].flatMap((server): [string, string][] => {
    const [, name, version] = /^(\S+) (\d.*)$/.exec(server) ?? [];
    return name === undefined || version === undefined ? [] : [[name, version]];
  });
}

function stateOf(outcomes: readonly Outcome[]): string {
  const newest = outcomes.findLast(({ source }) => source !== undefined)?.source;
  if (newest === undefined) return "From which state of the source the figures come was not recorded.";
  const state = `one state of the source, \`${newest}\` (the first digits of the SHA-256 of \`src/\`)`;
  const others = outcomes.filter(({ source }) => source !== newest);
  if (others.length === 0) return `Everything was measured from ${state}.`;
  const groups = Map.groupBy(others, ({ source }) => source);
  const exceptions = [...groups].map(
    ([source, group]) =>
      `${namesOf(group)} (${source === undefined ? "a state that was not recorded" : `\`${source}\``})`,
  );
  return `Everything was measured from ${state}, but for ${exceptions.join("; ")}.`;
}

function disturbanceOf(outcomes: readonly Outcome[]): string {
  const unwatched = outcomes.filter(({ watched = 0 }) => watched === 0);
  if (unwatched.length === outcomes.length) return "Whether others disturbed the rounds was not recorded.";
  const disturbed = outcomes.filter(({ disturbed: rounds = 0 }) => rounds > 0);
  const list = disturbed.map((one) => `\`${one.name}\` (${one.disturbed} of ${one.watched})`).join(", ");
  const first =
    disturbed.length === 0
      ? "No round counts that others are known to have disturbed"
      : `Rounds of a candidate that count although others disturbed them: ${list}`;
  if (unwatched.length === 0) return `${first}.`;
  return `${first}; it was not looked at, or not recorded, in ${namesOf(unwatched)}.`;
}

function namesOf(outcomes: readonly Outcome[]): string {
  return outcomes.map(({ name }) => `\`${name}\``).join(", ");
}
