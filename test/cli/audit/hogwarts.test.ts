import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { app } from "../../../scripts/lib/paths.mjs";
import { applicationOf, auditFolder, type AuditedEntry } from "./given.ts";

/** More guards than these nothing has, one after the other. */
const MOST = 5;

test("every guard of Hogwarts is missed when it is taken out", async ({ task }) => {
  const folder = applicationOf({});
  const source = join(folder, "src");
  const copy = () => {
    rmSync(source, { recursive: true, force: true });
    cpSync(join(app, "src"), source, { recursive: true });
  };
  copy();
  const { entries, unreadable } = await auditFolder(source);
  expect(unreadable).toEqual([]);
  const guarded = entries.filter(({ verdict }) => verdict === "guarded");
  expect(guarded.length).toBeGreaterThan(5);

  let taken = 0;
  for (const one of guarded) {
    copy();
    const guards: string[] = [];
    for (let now: AuditedEntry | undefined = one; now?.verdict === "guarded" && guards.length < MOST;) {
      guards.push(now.guard!);
      takeOut(folder, now);
      const after = await auditFolder(source);
      now = after.entries.find(({ file, kind, name }) => keyOf({ file, kind, name }) === keyOf(one));
      // There is another guard behind it, or it is open and said to be.
      expect({ one, guards, verdict: now?.verdict, code: after.code }).toMatchObject(
        now?.verdict === "guarded" ? { verdict: "guarded" } : { verdict: "unguarded", code: 1 },
      );
    }
    expect({ one, guards, left: guards.length === MOST }).toEqual({ one, guards, left: false });
    taken += guards.length;
  }
  task.meta.note = `${taken} guards of ${guarded.length} entry points taken out, each missed`;
});

function keyOf({ file, kind, name }: Pick<AuditedEntry, "file" | "kind" | "name">): string {
  return `${file} ${kind} ${name}`;
}

/** Puts something harmless in the place of the guard's call that an entry point relies on. */
function takeOut(folder: string, { guard = "", reason }: AuditedEntry): void {
  const [path, line] = guard.split(":") as [string, string];
  const file = join(folder, path);
  const text = readFileSync(file, "utf8");
  const start = text.split("\n", Number(line) - 1).join("\n").length;
  const names = [
    "requireUser",
    "requireFresh",
    "authorize",
    "confirm",
    "changePassword",
    reason.replace("()", ""),
  ];
  const call = new RegExp(`(?:[\\w$]+\\.)?(${names.join("|")})\\(`, "g");
  call.lastIndex = start;
  const found = call.exec(text);
  if (found === null) throw new Error(`There is no guard in ${guard}.`);
  const open = call.lastIndex - 1;
  const end = closingOf(text, open) + 1;
  // The handler without its wrapper, or a promise of nobody.
  const instead = found[1] === "withUser" ? text.slice(open, end) : "Promise.resolve(undefined as never)";
  writeFileSync(file, text.slice(0, found.index) + instead + text.slice(end));
}

/** Where the parenthesis is closed that is opened at a place; no text in between has one alone. */
function closingOf(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "(") depth++;
    else if (text[at] === ")" && --depth === 0) return at;
  }
  throw new Error("It is not closed.");
}
