import type { Outcome } from "./scenario.ts";

/** What a table cannot say: from which state of the source its figures come, and whether others disturbed them. */
export function provenance(outcomes: readonly Outcome[], machines: number): string {
  return `${statesOf(outcomes, machines)}\n\n${disturbanceOf(outcomes)}`;
}

/** What a machine is called where there are several. @param at - Its place. */
export function machineName(at: number): string {
  return `machine ${at + 1}`;
}

/** The versions of databases, by their names, without those that have none: a store in memory. */
export function serverVersions(servers: readonly string[]): Record<string, string> {
  const found = servers.map((server) => /^(\S+) (\d[^,]*)/.exec(server));
  return Object.fromEntries(found.flatMap((parts) => (parts === null ? [] : [[parts[1]!, parts[2]!]])));
}

function statesOf(outcomes: readonly Outcome[], machines: number): string {
  const groups = [...Map.groupBy(outcomes, ({ source, machine }) => `${machine} ${source}`).values()].map(
    (group) => {
      const { source, machine } = group[0]!;
      const state = source === undefined ? "a state that was not recorded" : `\`${source}\``;
      const where = machines === 1 ? "" : `, ${machineName(machine)}`;
      const lastDay = group
        .map(({ day }) => day)
        .toSorted()
        .at(-1)!;
      return { lastDay, line: `- ${state}, ${lastDay}${where}: ${namesOf(group)}` };
    },
  );
  const lines = groups.toSorted((a, b) => (a.lastDay < b.lastDay ? 1 : -1)).map(({ line }) => line);
  return `From which state of the source (the first digits of the SHA-256 of \`src/\`) what was measured, and when last:\n\n${lines.join("\n")}`;
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
