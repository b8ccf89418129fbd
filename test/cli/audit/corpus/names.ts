import type { OpenWay } from "./way.ts";

/** What only has the name of a guard, and guards that SolidStart's compiler takes out. Bodies of server functions that begin in line 2. */
export const names: readonly OpenWay[] = [
  [
    "another function of that name",
    "const requireUser = async () => {}; await requireUser(); return db.all();",
    "requireUser() in line 2 is not known to be a guard's",
  ],
  [
    "another object of that name",
    "const guard = { async requireUser() {} }; await guard.requireUser(); return db.all();",
    "requireUser() in line 2 is not known to be a guard's",
  ],
  [
    "another object's member",
    "await db.requireUser(); return db.all();",
    "requireUser() in line 2 is not known to be a guard's",
  ],
  [
    "a name of a block",
    "{ const requireUser = () => {}; await requireUser(); } return db.all();",
    "requireUser() in line 2 is not known to be a guard's",
  ],
  [
    "a name of a catch",
    "try { console.log(1); } catch (requireUser) { throw requireUser; } await requireUser(); return db.all();",
    "requireUser() in line 2 is not known to be a guard's",
  ],
  [
    "a member of what the form says",
    "await form.requireUser(); return db.all();",
    "requireUser() in line 2 is not known to be a guard's",
  ],
  [
    "a guard in a variable that nobody uses",
    "const user = await requireUser(); return db.all();",
    "nobody uses user, so SolidStart's compiler takes it out, and requireUser() with it",
  ],
  [
    "a guard in one that is given to one that nobody uses",
    "const user = await requireUser(); const id = user.id; return db.all();",
    "nobody uses user, so SolidStart's compiler takes it out, and requireUser() with it",
  ],
  [
    "a guard in one that is used where another has its name",
    "const user = await requireUser(); return rows.map((user) => user.id);",
    "nobody uses user, so SolidStart's compiler takes it out, and requireUser() with it",
  ],
  [
    "a guard in one that a function uses that nobody uses",
    "const user = await requireUser(); function of() { return user; } return db.all();",
    "nobody uses user, so SolidStart's compiler takes it out, and requireUser() with it",
  ],
  [
    "a guard in one that is only changed",
    "let user = await requireUser(); user = 1; return db.all();",
    "nobody uses user, so SolidStart's compiler takes it out, and requireUser() with it",
  ],
  [
    "a guard in one that only names a key",
    "const user = await requireUser(); return { user: 1, a: rows.user };",
    "nobody uses user, so SolidStart's compiler takes it out, and requireUser() with it",
  ],
];
