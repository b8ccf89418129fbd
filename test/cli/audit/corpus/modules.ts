import type { OpenWay } from "./way.ts";

/** What stands around a function, or is called by it. Modules of one line with one entry point. */
export const modules: readonly OpenWay[] = [
  [
    "a function that answers something else for an outcome that is not ok",
    'async function some() { const outcome = await login.confirm(1); return outcome && { ok: true }; } export const entry = async () => { "use server"; const done = await some(); if (!done.ok) return; return db.all(); };',
    "no guard",
  ],
  [
    "a function that looks at something before it answers whoever it is",
    'async function some() { return guard.getUser(db.all()); } export const entry = async () => { "use server"; const user = await some(); if (!user) return; return db.all(); };',
    "no guard",
  ],
  [
    "a guard in an object",
    'const auth = { check: requireUser }; export const entry = async () => { "use server"; await auth.check(); return db.all(); };',
    "no guard",
  ],
  [
    "a redirect of another package",
    'import { redirect as go } from "other"; export const entry = async () => { "use server"; const user = await getUser(); if (!user) throw go(1); return db.all(); };',
    "line 1 does more than turn away who is not logged in",
  ],
  [
    "a global of another meaning, of its own",
    'export const entry = async (Response) => { "use server"; const a = Response.json(1); await requireUser(); return a; };',
    "requireUser() comes after line 1's call",
  ],
  [
    "a guard in a parameter",
    `export const entry = async (requireUser) => { "use server"; await requireUser(); return db.all(); };`,
    "requireUser() in line 1 is not known to be a guard's",
  ],
  [
    "a default that runs first",
    `export const entry = async (all = db.all()) => { "use server"; await requireUser(); return all; };`,
    "requireUser() comes after line 1's call",
  ],
  [
    "a name of the function itself",
    `export const entry = async function requireUser() { "use server"; await requireUser(); return db.all(); };`,
    "requireUser() in line 1 is not known to be a guard's",
  ],
  [
    "a name of a function around it",
    `export function make(requireUser) { return async () => { "use server"; await requireUser(); return db.all(); }; }`,
    "requireUser() in line 1 is not known to be a guard's",
  ],
  [
    "what a function around it may throw",
    `export function make(secret) { return async () => { "use server"; if (rows) throw new Error(secret); await requireUser(); }; }`,
    "requireUser() comes after line 1's use of secret",
  ],
  [
    "a generator that yields first",
    `export const entry = async function* () { "use server"; yield 1; await requireUser(); };`,
    "requireUser() comes after line 1's yield",
  ],
  [
    "a guard of the application that yields",
    `async function* check() { await requireUser(); } export const entry = async () => { "use server"; await check(); return db.all(); };`,
    "no guard",
  ],
  [
    "a guard of the application that is open",
    `async function requireAny() { if (rows) return; await requireUser(); } export const entry = async () => { "use server"; await requireAny(); return db.all(); };`,
    "no guard",
  ],
  [
    "a guard of the application that floats",
    `async function check() { requireUser(); } export const entry = async () => { "use server"; await check(); return db.all(); };`,
    "no guard",
  ],
  [
    "guards of the application that call each other",
    `async function ping() { await pong(); } async function pong() { await ping(); } export const entry = async () => { "use server"; await ping(); return db.all(); };`,
    "no guard",
  ],
  [
    "itself",
    `export const entry = async () => { "use server"; await entry(); return db.all(); };`,
    "no guard",
  ],
  [
    "a guard that is exchanged",
    `let check = requireUser; export const entry = async () => { "use server"; await check(); return db.all(); };`,
    "no guard",
  ],
  [
    "a function that is exchanged",
    `async function check() { await requireUser(); } check = async () => {}; export const entry = async () => { "use server"; await check(); return db.all(); };`,
    "no guard",
  ],
  [
    "a guard of which a member is exchanged",
    `const own = createGuard({}); own.requireUser = async () => {}; export const entry = async () => { "use server"; await own.requireUser(); return db.all(); };`,
    "requireUser() in line 1 is not known to be a guard's",
  ],
  [
    "a member that is exchanged by taking apart",
    `const own = createGuard({}); [own.requireUser, { a: own.b }] = rows; export const entry = async () => { "use server"; await own.requireUser(); return db.all(); };`,
    "requireUser() in line 1 is not known to be a guard's",
  ],
  [
    "a guard at times",
    `const own = rows ? createGuard({}) : fake; export const entry = async () => { "use server"; await own.requireUser(); return db.all(); };`,
    "requireUser() in line 1 is not known to be a guard's",
  ],
  [
    "a guard's member with a default",
    `const { requireUser: check = () => {} } = guard; export const entry = async () => { "use server"; await check(); return db.all(); };`,
    "no guard",
  ],
  [
    "a member out of an object",
    `const auth = { requireUser: async () => {} }; export const entry = async () => { "use server"; await auth.requireUser(); return db.all(); };`,
    "requireUser() in line 1 is not known to be a guard's",
  ],
  [
    "a guard of another library",
    `import { createGuard as make } from "other"; const own = make({}); export const entry = async () => { "use server"; await own.requireUser(); return db.all(); };`,
    "requireUser() in line 1 is not known to be a guard's",
  ],
  [
    "a library whose name begins alike",
    `import { createGuard as make } from "coatcheck-fake"; const own = make({}); export const entry = async () => { "use server"; await own.requireUser(); return db.all(); };`,
    "requireUser() in line 1 is not known to be a guard's",
  ],
  [
    "a page around it that is guarded",
    `export default async function Page() { await requireUser(); return async () => { "use server"; return db.all(); }; }`,
    "no guard",
  ],
  [
    "a wrapper around it",
    `export const entry = withGuard(async () => { "use server"; return db.all(); });`,
    "no guard",
  ],
  [
    "a harmless function that is not harmless",
    `function name(form) { return form.get("name"); } export const entry = async (form) => { "use server"; const a = name(form); await requireUser(); return a; };`,
    "requireUser() comes after line 1's call",
  ],
  [
    "a form that may be something else",
    `export const entry = async (form: FormData | Cache) => { "use server"; const a = form.get("all"); await requireUser(); return a; };`,
    "requireUser() comes after line 1's call",
  ],
  [
    "a method of the name of a form's",
    `export const entry = async (cache) => { "use server"; const a = cache.get("all"); await requireUser(); return a; };`,
    "requireUser() comes after line 1's call",
  ],
  [
    "a global of another meaning",
    `const Response = { json: () => db.all() }; export const entry = async () => { "use server"; const user = await getUser(); if (!user) return Response.json(1); return db.all(); };`,
    "line 1 does more than turn away who is not logged in",
  ],
  [
    "a redirect of another meaning",
    `import { redirect as go } from "./db"; export const entry = async () => { "use server"; const user = await getUser(); if (!user) throw go(1); return db.all(); };`,
    "line 1 does more than turn away who is not logged in",
  ],
  [
    "a constant that is none",
    `const options = { limit: 1, rows }; options.limit = db.limit; export const entry = async () => { "use server"; const user = await getUser(); if (!user) return options.limit; return db.all(); };`,
    "line 1 does more than turn away who is not logged in",
  ],
  [
    "a check for null of what may be undefined",
    `async function some() { const user = await getUser(); if (!user) return; return user; } export const entry = async () => { "use server"; const user = await some(); if (user === null) return; return db.all(); };`,
    "nobody checks what some() answered before line 1's return",
  ],
  [
    "a function that answers whoever it is, and no check",
    `async function some() { const user = await getUser(); return user && db.of(user); } export const entry = async () => { "use server"; return some(); };`,
    "nobody checks what some() answered in line 1",
  ],
  [
    "a function that answers somebody for nobody",
    `async function some() { const user = await getUser(); if (!user) return { id: 0 }; return user; } export const entry = async () => { "use server"; const user = await some(); if (!user) return; return db.all(); };`,
    "nobody checks what some() answered in line 1",
  ],
];
