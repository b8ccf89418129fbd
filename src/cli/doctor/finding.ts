import type { StoreFinding } from "../../stores/store.ts";

/** One thing that the doctor has looked at. */
export interface Finding extends StoreFinding {
  /** What was looked at, as a name that does not change. */
  readonly check: string;
}

const MARKS = { ok: "✓", warning: "!", error: "✗" } as const;

/** Findings for people, with what to do, and how many there are of which kind. */
export function findingsText(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ level, message, fix }) => [
    `${MARKS[level]} ${message}`,
    ...(fix === undefined ? [] : [`  ${fix}`]),
  ]);
  const count = (wanted: Finding["level"], word: string): string => {
    const found = findings.filter(({ level }) => level === wanted).length;
    return `${found === 0 ? "no" : found} ${word}${found === 1 ? "" : "s"}`;
  };
  return `${lines.join("\n")}\n\n${count("error", "error")}, ${count("warning", "warning")}.\n`;
}

/** Builds the findings of one check. */
export function finding(check: string): {
  readonly ok: (message: string) => Finding;
  readonly warning: (message: string, fix: string) => Finding;
  readonly error: (message: string, fix: string) => Finding;
} {
  return {
    ok: (message) => ({ level: "ok", check, message }),
    warning: (message, fix) => ({ level: "warning", check, message, fix }),
    error: (message, fix) => ({ level: "error", check, message, fix }),
  };
}
