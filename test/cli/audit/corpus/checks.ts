import type { OpenWay } from "./way.ts";

/** Questions who the visitor is, and nobody who looks at the answer. Bodies of server functions that begin in line 2. */
export const checks: readonly OpenWay[] = [
  [
    "a check for a number",
    "const user = await getUser(); if (+user) return; return db.all();",
    "nobody checks what getUser() answered before line 2's return",
  ],
  [
    "a check whose call is caught",
    "try { const user = await getUser(); if (!user) throw redirect(paths.login); } catch { } return db.all();",
    "what the guard throws is caught in line 2",
  ],
  [
    "getUser without a check",
    "const user = await getUser(); return db.of(user);",
    "nobody checks what getUser() answered before line 2's call",
  ],
  [
    "getUser that nobody keeps",
    "await getUser(); return db.all();",
    "nobody checks what getUser() answered in line 2",
  ],
  [
    "getUser that is not awaited",
    `const user = getUser(); if (!user) throw redirect("/"); return db.all();`,
    "getUser() is not awaited in line 2",
  ],
  [
    "getUser with somebody instead of nobody",
    `const user = (await getUser()) ?? { id: 1 }; if (!user) throw redirect("/"); return db.of(user);`,
    "nobody checks what getUser() answered in line 2",
  ],
  [
    "getUser in a variable that changes",
    `let user = await getUser(); user = {}; if (!user) throw redirect("/"); return db.of(user);`,
    "nobody checks what getUser() answered in line 2",
  ],
  [
    "getUser of a block, and a check outside",
    `const user = form; { const user = await getUser(); } if (!user) throw redirect("/"); return db.of(user);`,
    "nobody checks what getUser() answered in line 2",
  ],
  [
    "getUser of a block, and a check of the module's",
    `{ const rows = await getUser(); } if (!rows) throw redirect("/"); return db.all();`,
    "getUser() comes after line 2's call",
  ],
  [
    "a check of another name",
    `const user = await getUser(); if (!form) throw redirect("/"); return db.of(user);`,
    "nobody checks what getUser() answered before line 2's call",
  ],
  [
    "a check for somebody",
    `const user = await getUser(); if (user) return db.of(user); return db.all();`,
    "nobody checks what getUser() answered before line 2's return",
  ],
  [
    "a check that only says something",
    `const user = await getUser(); if (!user) console.log("nobody"); return db.all();`,
    "nobody checks what getUser() answered before line 2's call",
  ],
  [
    "a check that holds for some",
    "const user = await getUser(); if (!user && form) return; return db.all();",
    "nobody checks what getUser() answered before line 2's return",
  ],
  [
    "a check that comes late",
    `const user = await getUser();\nconst all = await db.all();\nif (!user) throw redirect("/"); return all;`,
    "nobody checks what getUser() answered before line 3's await",
  ],
  [
    "a check that gives everything away",
    "const user = await getUser(); if (!user) return db.all(); return db.of(user);",
    "line 2 does more than turn away who is not logged in",
  ],
  [
    "a check that answers the data",
    "const user = await getUser(); if (!user) return rows; return db.of(user);",
    "line 2 does more than turn away who is not logged in",
  ],
  [
    "a check that removes something",
    "const user = await getUser(); if (!user) { db.remove(form); throw redirect(paths.login); } return db.of(user);",
    "line 2 does more than turn away who is not logged in",
  ],
  [
    "a check of what a ternary made",
    "const user = form ? await getUser() : form; if (!user) return; return db.of(user);",
    "nobody checks what getUser() answered in line 2",
  ],
  [
    "a guard of the application that answers, and no check",
    "await staffOrNull(); return db.all();",
    "nobody checks what staffOrNull() answered in line 2",
  ],
  [
    "a confirmed password that nobody checks",
    `await login.confirm(form.get("password")); return db.all();`,
    "nobody checks what confirm() answered in line 2",
  ],
  [
    "a confirmed password of which anything is checked",
    `const outcome = await login.confirm(form.get("a")); if (!outcome) return; return db.all();`,
    "nobody checks what confirm() answered before line 2's return",
  ],
  [
    "a login, which lets everybody try",
    "const outcome = await login.login(form); if (!outcome.ok) return; return db.all();",
    "no guard",
  ],
  ["a password that is reset", `return login.resetPassword(form.get("user"), form.get("next"));`, "no guard"],
];
