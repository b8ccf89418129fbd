import type { GuardedWay } from "./way.ts";

/** Ways to be guarded, each with the same thing done wrong. */
export const pairs: readonly GuardedWay[] = [
  [
    "a guard's member that is awaited",
    "await guard.requireUser(); return db.all();",
    "guard.requireUser(); return db.all();",
  ],
  [
    "requireFresh",
    "await guard.requireFresh({ within: 60 }); return db.all();",
    "await guard.getFresh(); return db.all();",
  ],
  [
    "authorize",
    `await guard.authorize("all", rows); return db.all();`,
    `await guard.can("all"); return db.all();`,
  ],
  [
    "a member taken out of the guard",
    "await requireUser(); return db.all();",
    "requireUser(); return db.all();",
  ],
  [
    "its answer in a variable",
    "const user = await requireUser(); return db.of(user);",
    "const user = requireUser(); return db.of(user);",
  ],
  [
    "its answer taken apart",
    "const { id } = await requireUser(); return db.of(id);",
    "const { then: id } = requireUser(); return db.of(id);",
  ],
  [
    "a part of its answer",
    "const id = (await requireUser()).id; return db.of(id);",
    "const id = (await db.user(form)).id; return db.of(id);",
  ],
  [
    "its answer as what something is called with",
    "return db.of(await requireUser());",
    "return db.of(requireUser());",
  ],
  [
    "its answer as what comes first",
    "return db.of((await requireUser()).id, await db.all());",
    "return db.of(await db.all(), (await requireUser()).id);",
  ],
  ["its promise as the answer", "return guard.requireUser({ next: rows[0] });", "return guard.getUser();"],
  ["its awaited answer as the answer", "return await requireUser();", "return await getUser();"],
  [
    "types around it",
    "const user = (await requireUser()!) as User; return db.of(user satisfies User);",
    "const user = (await db.user()!) as User; return db.of(user);",
  ],
  [
    "a block around it",
    "{ await requireUser(); } return db.all();",
    "if (form) { await requireUser(); } return db.all();",
  ],
  [
    "it in a condition that is always asked",
    "if ((await requireUser()).isBlocked) return; return db.all();",
    "if (form && (await requireUser()).isBlocked) return; return db.all();",
  ],
  [
    "a try that throws on what it caught",
    `try { await requireUser(); } catch (error) { console.error(error); throw error; } return db.all();`,
    `try { await requireUser(); } catch (error) { console.error(error); } return db.all();`,
  ],
  [
    "a try with nothing but an end",
    "try { await requireUser(); return db.all(); } finally { console.log(1); }",
    "try { await requireUser(); return db.all(); } finally { await db.close(); }",
  ],

  [
    "a function of the application that is guarded",
    "await requireStaff(); return db.all();",
    "requireStaff(); return db.all();",
  ],
  ["that function's promise as the answer", "return requireStaff();", "return [requireStaff()];"],
  [
    "a function that answers nothing, as the answer",
    "return staffOrNull();",
    "await staffOrNull(); return db.all();",
  ],
  [
    "a function that answers nothing, and the check",
    "const user = await staffOrNull(); if (!user) return; return db.all();",
    "const user = await staffOrNull(); if (user) return; return db.all();",
  ],

  [
    "getUser and a check that throws",
    `const user = await getUser(); if (!user) throw redirect("/login"); return db.all();`,
    `const user = await getUser(); if (!user) redirect("/login"); return db.all();`,
  ],
  [
    "getUser and a check that answers",
    "const user = await guard.getUser(); if (!user) return; return db.all();",
    "const user = await guard.getUser(); return db.all(user);",
  ],
  [
    "a function that answers getUser's answer",
    "const user = await getViewer(); if (!user) return null; return db.all();",
    "const user = await getViewer(); await db.all(); if (!user) return null;",
  ],
  [
    "a check for null",
    "const user = await getViewer(); if (user === null) return; return db.all();",
    "const user = await getViewer(); if (user === undefined) return; return db.all();",
  ],
  [
    "a check for null and undefined",
    "const user = await getUser(); if (user == null) return; return db.all();",
    "const user = await getUser(); if (user != null) return; return db.all();",
  ],
  [
    "a check for undefined and null",
    "const user = await getUser(); if (user == undefined) return; return db.all();",
    "const user = await getUser(); if (user == 0) return; return db.all();",
  ],
  [
    "a check for a member",
    "const user = await getUser(); if (!user?.isStaff) return; return db.all();",
    "const user = await getUser(); if (user?.isBlocked) return; return db.all();",
  ],
  [
    "a check for what a member says",
    `const user = await getUser(); if (!user.can("read", await db.all())) return; return db.all();`,
    `const user = await getUser(); if (!user[await db.all()]) return; return db.all();`,
  ],
  [
    "a check for a member's value",
    `const user = await getUser(); if (user?.role !== "staff") return; return db.all();`,
    `const user = await getUser(); if (user?.role === "student") return; return db.all();`,
  ],
  [
    "a check for a member that is true",
    "const user = await getUser(); if (user?.isStaff !== true) return; return db.all();",
    "const user = await getUser(); if (user?.role !== undefined) return; return db.all();",
  ],
  [
    "a check for nobody, or for something else",
    "const user = await getUser(); if (!user || (await db.blocked(user))) return; return db.all();",
    "const user = await getUser(); if (!user && (await db.blocked(user))) return; return db.all();",
  ],
  [
    "a check of the call itself",
    `if (!(await getUser())) throw redirect("/login"); return db.all();`,
    `if (await getUser()) throw redirect("/login"); return db.all();`,
  ],
  [
    "a check of a member of the call",
    `if ((await getUser())?.role !== "staff") return; return db.all();`,
    `if ((await db.user())?.role !== "staff") return; return db.all();`,
  ],
  [
    "something harmless between getUser and the check",
    `const user = await getUser(); const id = String(form.get("id")); if (!user) return; return db.of(id);`,
    `const user = await getUser(); const id = await db.id(form); if (!user) return; return db.of(id);`,
  ],
  [
    "a check that says something before it answers",
    `const user = await getUser(); if (!user) { console.warn("nobody"); return json({ error: "no" }); } return db.all();`,
    `const user = await getUser(); if (!user) { db.note("nobody"); return json({ error: "no" }); } return db.all();`,
  ],
  [
    "a check that has two answers",
    `const user = await getUser(); if (!user) { if (form) return json({ error: "no" }, 401); throw redirect(paths.login); } return db.all();`,
    `const user = await getUser(); if (!user) { if (form) return json({ error: "no" }, 401); } return db.all();`,
  ],
  [
    "a check that answers what it says of a form",
    `const user = await getUser(); if (!user) return new Response(\`no \${form.get("id")}\`, { status: 401 }); return db.all();`,
    "const user = await getUser(); if (!user) return new Response(rows, { status: 401 }); return db.all();",
  ],
  [
    "a guard after getUser",
    "const user = await getUser(); await requireUser(); return db.of(user);",
    "const user = await getUser(); await db.note(); await requireUser(); return db.of(user);",
  ],

  [
    "a confirmed password, as the answer",
    `return login.confirm(form.get("password"));`,
    `return login.resetPassword(7, "a password");`,
  ],
  [
    "a confirmed password, and the check",
    `const outcome = await login.confirm(form.get("password")); if (!outcome.ok) return new Error(outcome.message); return db.all();`,
    `const outcome = await login.confirm(form.get("password")); if (!outcome) return; return db.all();`,
  ],
  [
    "a changed password, and the check",
    'const done = await login.changePassword({ current: form.get("a"), next: form.get("b") }); if (done.ok !== true) throw redirect(paths.login); return db.all();',
    'await login.changePassword({ current: form.get("a"), next: form.get("b") }); return db.all();',
  ],
  [
    "a confirmed password that is checked at once",
    `if (!(await login.confirm(form.get("password"))).ok) return; return db.all();`,
    `if (!(await login.confirm(form.get("password"))).message) return; return db.all();`,
  ],

  [
    "literals, operators and conversions first",
    `const limit = 10 * 2, all = form ? [limit, ...form] : { limit }; const id = Number(form.get("id")?.toString().trim() ?? "0"); await requireUser(); return db.all(all, id);`,
    "const limit = config.limit; await requireUser(); return db.all(limit);",
  ],
  [
    "a check of the form that throws first",
    `if (typeof form?.get !== "function") throw new TypeError("no form"); await requireUser(); return db.all();`,
    `if (typeof form?.get !== "function") return; await requireUser(); return db.all();`,
  ],
  [
    "a condition on whatever first",
    `if (!db.isOn && rows.length > 3) throw redirect(paths.login); await requireUser(); return db.all();`,
    `if (!db.on()) throw redirect(paths.login); await requireUser(); return db.all();`,
  ],
  [
    "a harmless function of the application first",
    `const name = textField(form, "name"); await requireUser(); return db.of(name);`,
    `const name = db.field(form, "name"); await requireUser(); return db.of(name);`,
  ],
  [
    "functions that are not called yet",
    "const later = async () => db.all(); function latest() { return db.all(); } type T = string; await requireUser(); return later();",
    "const later = db.all(); await requireUser(); return later;",
  ],
  [
    "an enum's value and safeNext",
    `await requireUser({ next: safeNext(form.get("next")) }); return Role.Staff;`,
    `await requireUser({ next: db.next(form.get("next")) }); return Role.Staff;`,
  ],
];
