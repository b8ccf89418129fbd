import { relative, sep } from "node:path";
import { printable } from "../text.ts";
import type { EntryPoint } from "./entry-points.ts";
import type { Unreadable } from "./project.ts";
import type { Place } from "./step.ts";

/** What an audit found. */
export interface Audit {
  readonly entries: readonly EntryPoint[];
  /** Files that do not parse: what is in them nobody knows. */
  readonly unreadable: readonly Unreadable[];
}

const MARKS = { guarded: "✓", public: "○", unguarded: "✗" } as const;

/** Whether every entry point is guarded or marked public, and every file could be read. */
export function isFine({ entries, unreadable }: Audit): boolean {
  return unreadable.length === 0 && entries.every(({ verdict }) => verdict !== "unguarded");
}

/**
 * An audit for people: one line for each entry point, and what it comes to.
 *
 * @param base - The folder from which files are named.
 * @param quiet - Whether only what is wrong is listed.
 */
export function auditText({ entries, unreadable }: Audit, base: string, quiet: boolean): string {
  const shown = entries.filter(({ verdict }) => !quiet || verdict === "unguarded");
  const rows = [
    ...shown.map((entry) => [
      `${MARKS[entry.verdict]} ${placeText(entry, base)}`,
      entry.kind,
      entry.name,
      entry.verdict,
      entry.reason + guardText(entry, base),
    ]),
    ...unreadable.map((file) => [`✗ ${placeText(file, base)}`, "file", "", "unreadable", file.message]),
  ].map((cells) => cells.map(printable));
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const lines = rows.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "));
  return [
    ...lines.map((line) => line.trimEnd()),
    ...(lines.length > 0 ? [""] : []),
    summary(entries, unreadable),
    "",
  ].join("\n");
}

function summary(entries: readonly EntryPoint[], unreadable: readonly Unreadable[]): string {
  const { guarded, public: open, unguarded } = countsOf(entries);
  const points = `${entries.length} entry ${entries.length === 1 ? "point" : "points"}`;
  const files =
    unreadable.length === 0
      ? ""
      : `; ${unreadable.length} ${unreadable.length === 1 ? "file does" : "files do"} not parse`;
  return `${points}: ${guarded} guarded, ${open} public, ${unguarded} unguarded${files}`;
}

function countsOf(entries: readonly EntryPoint[]): Record<EntryPoint["verdict"], number> {
  const counts = { guarded: 0, public: 0, unguarded: 0 };
  for (const { verdict } of entries) counts[verdict]++;
  return counts;
}

/** An audit for programs. */
export function auditJson(audit: Audit, base: string): object {
  return {
    ok: isFine(audit),
    entries: audit.entries.map(({ path, line, kind, name, verdict, reason, guard }) => ({
      file: fileText(path, base),
      line,
      kind,
      name,
      verdict,
      reason,
      guard: guard === undefined ? undefined : placeText(guard, base),
    })),
    unreadable: audit.unreadable.map(({ path, line, message }) => ({
      file: fileText(path, base),
      line,
      message,
    })),
    counts: countsOf(audit.entries),
  };
}

function guardText({ path, guard }: EntryPoint, base: string): string {
  if (guard === undefined) return "";
  return ` in ${guard.path === path ? `line ${guard.line}` : placeText(guard, base)}`;
}

function placeText({ path, line }: Place, base: string): string {
  return `${fileText(path, base)}:${line}`;
}

function fileText(path: string, base: string): string {
  return relative(base, path).split(sep).join("/");
}
