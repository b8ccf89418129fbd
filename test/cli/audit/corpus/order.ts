import type { OpenWay } from "./way.ts";

/** Guards that are none, or that come too late. Bodies of server functions that begin in line 2. */
export const order: readonly OpenWay[] = [
  [
    "a guard after something harmless that is awaited",
    'const name = await textField(form, "name");\nawait requireUser(); return name;',
    "requireUser() comes after line 2's await",
  ],
  [
    "a guard after a delete of something of its own",
    "delete form.id;\nawait requireUser();",
    "requireUser() comes after line 2's delete",
  ],
  ["nothing at all", "", "no guard"],
  ["no guard", "return db.all();", "no guard"],
  [
    "a session that is only looked at",
    "const { data } = await useSession({}); return db.of(data.userId);",
    "no guard",
  ],
  [
    "a role out of the form",
    `if (form.get("role") !== "staff") throw redirect("/"); return db.all();`,
    "no guard",
  ],
  [
    "a guard that is not awaited",
    "guard.requireUser(); return db.all();",
    "requireUser() is not awaited in line 2",
  ],
  [
    "a guard's promise in a variable",
    "const user = requireUser(); return db.of(await user);",
    "requireUser() is not awaited in line 2",
  ],
  ["a guard that is void", "void requireUser(); return db.all();", "requireUser() is not awaited in line 2"],
  [
    "a guard whose refusal is caught at once",
    "await requireUser().catch(() => null); return db.all();",
    "requireUser() is not awaited in line 2",
  ],
  [
    "a guard and what it guards at the same time",
    "const [, all] = await Promise.all([requireUser(), db.all()]); return all;",
    "requireUser() is not awaited in line 2",
  ],
  [
    "the faster one of a guard and what it guards",
    "return Promise.race([db.all(), requireUser()]);",
    "requireUser() comes after line 2's call",
  ],
  ["a guard that is named and not called", "await guard.requireUser; return db.all();", "no guard"],
  [
    "a guard in a list",
    "const list = [requireUser()]; return db.all(list);",
    "requireUser() is not awaited in line 2",
  ],
  ["a guard with another's this", "await guard.requireUser.call(null); return db.all();", "no guard"],
  ["a guard's member by a computed name", "await guard[`require${form}`](); return db.all();", "no guard"],
  [
    "a guard whose promise is wrapped",
    "await Promise.resolve(requireUser()); return db.all();",
    "requireUser() is not awaited in line 2",
  ],
  ["a guard and then", "return requireUser().then(db.all());", "requireUser() is not awaited in line 2"],
  [
    "a guard after what it guards",
    "const all = await db.all(); await requireUser(); return all;",
    "requireUser() comes after line 2's await",
  ],
  [
    "a guard after another call",
    "db.remove(form);\nawait requireUser();",
    "requireUser() comes after line 2's call",
  ],
  [
    "a guard after what it is called with",
    "await guard.authorize(db.remove(form));",
    "authorize() comes after line 2's call",
  ],
  [
    "a guard after what it waits for with",
    "await guard.authorize(await db.all());",
    "authorize() comes after line 2's await",
  ],
  [
    "a guard after a return",
    "return db.rows;\nawait requireUser();",
    "requireUser() comes after line 2's return",
  ],
  [
    "a guard after a return of nothing",
    "if (!form) return;\nawait requireUser();",
    "requireUser() comes after line 2's return",
  ],
  [
    "a guard after a throw",
    `throw new Error("later");\nawait requireUser();`,
    "requireUser() comes after line 2's throw",
  ],
  [
    "a guard after what is thrown",
    "if (form) throw new Error(rows[0]);\nawait requireUser();",
    "requireUser() comes after line 2's use of rows",
  ],
  [
    "a guard after an assignment",
    "db.last = form;\nawait requireUser();",
    "requireUser() comes after line 2's assignment",
  ],
  [
    "a guard after a counter",
    "db.count++;\nawait requireUser();",
    "requireUser() comes after line 2's assignment",
  ],
  [
    "a guard after a delete",
    "delete db.last;\nawait requireUser();",
    "requireUser() comes after line 2's use of db",
  ],
  [
    "a guard after a new object",
    "new Removal(form);\nawait requireUser();",
    "requireUser() comes after line 2's new",
  ],
  [
    "a guard after a tagged template",
    "db.sql`delete from ${form}`;\nawait requireUser();",
    "requireUser() comes after line 2's call",
  ],
  [
    "a guard after an import",
    `await import("./migrate.ts");\nawait requireUser();`,
    "requireUser() comes after line 2's import",
  ],
  [
    "a guard after a class",
    "class Thing { static all = db.all(); }\nawait requireUser();",
    "requireUser() comes after line 2's class",
  ],
  [
    "a guard after what is disposed of",
    "await using lock = form;\nawait requireUser();",
    "requireUser() comes after line 2's using",
  ],
  [
    "a guard after a default",
    "const { a = db.remove() } = form;\nawait requireUser();",
    "requireUser() comes after line 2's call",
  ],
  [
    "a guard after a computed key",
    "const { [db.remove()]: a } = form;\nawait requireUser(); return a;",
    "requireUser() comes after line 2's call",
  ],
  [
    "a guard after what another function does",
    "const all = rowsOf();\nfunction rowsOf() { return db.all(); }\nawait requireUser(); return all;",
    "requireUser() comes after line 2's call",
  ],
  [
    "a guard after what is built of the data",
    "const text = `${rows}`;\nawait requireUser(); return text;",
    "requireUser() comes after line 2's use of rows",
  ],
  [
    "a guard that comes second in a sequence",
    "return (db.remove(form), await requireUser());",
    "requireUser() comes after line 2's call",
  ],
  [
    "a guard after this",
    "this.removed = true;\nawait requireUser();",
    "requireUser() comes after line 2's assignment",
  ],
  [
    "a guard after a part of the page",
    "const page = <Page />;\nawait requireUser(); return page;",
    "requireUser() comes after line 2's JSX",
  ],
  [
    "a guard behind a label that is left",
    "out: { if (form) break out; await requireUser(); } return db.all();",
    "requireUser() comes after line 2's code",
  ],
  [
    "a guard whose refusal is replaced",
    "try { await requireUser(); } finally { return db.all(); }",
    "requireUser() comes after line 2's return",
  ],
];
