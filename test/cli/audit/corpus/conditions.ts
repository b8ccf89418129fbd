import type { OpenWay } from "./way.ts";

/** Guards that may be left out, or whose refusal goes nowhere. Bodies of server functions that begin in line 2. */
export const conditions: readonly OpenWay[] = [
  [
    "a guard in the end",
    "try { console.log(1); } finally { await requireUser(); } return db.all();",
    "guarded only inside a condition",
  ],
  [
    "a guard after a loop",
    "for (const row of rows) db.remove(row);\nawait requireUser();",
    "requireUser() comes after line 2's loop",
  ],
  [
    "a guard in a condition",
    `if (form.get("id")) await requireUser(); return db.all();`,
    "guarded only inside a condition",
  ],
  [
    "a guard in the other case",
    "if (!form) console.log(1); else { await requireUser(); } return db.all();",
    "guarded only inside a condition",
  ],
  ["a guard behind &&", "form && (await requireUser()); return db.all();", "guarded only inside a condition"],
  [
    "a guard behind ??",
    "const user = form ?? (await requireUser()); return db.of(user);",
    "guarded only inside a condition",
  ],
  [
    "a guard in a ternary",
    "const user = form ? await requireUser() : null; return db.of(user);",
    "guarded only inside a condition",
  ],
  ["a guard behind ?.", "await guard?.requireUser(); return db.all();", "guarded only inside a condition"],
  [
    "a guard that may not be there",
    "await requireUser?.(); return db.all();",
    "guarded only inside a condition",
  ],
  [
    "a guard among what may not be called with",
    "form?.set(await requireUser()); return db.all();",
    "guarded only inside a condition",
  ],
  [
    "a guard in a default",
    "const { user = await requireUser() } = form; return db.of(user);",
    "guarded only inside a condition",
  ],
  [
    "a guard in a switch",
    "switch (form) { default: await requireUser(); } return db.all();",
    "requireUser() comes after line 2's switch",
  ],
  [
    "a guard in a loop",
    "for (const row of form) await requireUser(); return db.all();",
    "requireUser() comes after line 2's loop",
  ],
  [
    "a guard whose refusal is caught",
    "try { await requireUser(); } catch { console.log(1); } return db.all();",
    "what the guard throws is caught in line 2",
  ],
  [
    "a guard whose refusal is an answer",
    "try { await requireUser(); return db.all(); } catch (error) { return error; }",
    "what the guard throws is caught in line 2",
  ],
  [
    "a guard whose refusal is thrown on at times",
    "try { await requireUser(); } catch (error) { if (form) return 1; throw error; } return db.all();",
    "what the guard throws is caught in line 2",
  ],
  [
    "a guard whose refusal runs something",
    "try { await requireUser(); } catch (error) { db.remove(); throw error; } return db.all();",
    "what the guard throws is caught in line 2",
  ],
  [
    "a guard in a function in it",
    "const check = async () => { await requireUser(); }; return db.all();",
    "guarded only inside a function in it",
  ],
  [
    "a guard in a function that is called",
    "await (async () => { await requireUser(); })(); return db.all();",
    "guarded only inside a function in it",
  ],
  [
    "a guard in a callback",
    "return db.transaction(async () => { await requireUser(); });",
    "guarded only inside a function in it",
  ],
];
