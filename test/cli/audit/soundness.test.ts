import * as fc from "fast-check";
import { expect, test } from "vitest";
import { audit } from "./given.ts";

const SECRET = "for users only";
const names = [
  "requireUser",
  "getUser",
  "requireStaff",
  "staffOrNull",
  "login",
  "db",
  "secret",
  "flag",
  "user",
  "outcome",
];

/** Statements that guard by themselves, or seem to. */
const guards = fc.constantFrom(
  "await requireUser();",
  "requireUser();",
  "await requireStaff();",
  "await staffOrNull();",
  "await requireUser().catch(() => null);",
  "flag && (await requireUser());",
  "flag || (await requireUser());",
  "const someone = flag ? await requireUser() : null;",
  "const { someone = await requireUser() } = { someone: flag };",
  "if (!(await getUser())) return;",
  "if (!(await login.confirm(1)).ok) return;",
  "if (!(await helper())) return;",
  "await helper();",
  "helper();",
  "return requireUser();",
  "return staffOrNull();",
  "return getUser();",
  "return login.confirm(1);",
  "return helper();",
);

/** Statements that ask who the visitor is, or seem to. */
const questions = fc.constantFrom(
  "const user = await getUser();",
  "const user = await staffOrNull();",
  "const user = await helper();",
  "const user = await requireUser();",
  "const user = getUser();",
  "const user = (await getUser()) ?? { role: 1 };",
  "let user = await getUser(); user = {};",
  "{ const user = await getUser(); }",
  "const outcome = await login.confirm(1);",
  "const outcome = await helper();",
  "const outcome = await getUser();",
  "{ const outcome = await login.confirm(1); }",
);

/** Statements that turn away who is not logged in, or seem to. */
const checks = fc.constantFrom(
  "if (!user) return;",
  "if (!user) return null;",
  'if (!user) throw new Error("no");',
  "if (!user) { db.read(); return; }",
  "if (!user) return secret;",
  'if (!user) { if (flag) throw new Error("no"); return { ok: true }; }',
  "if (!user) { if (flag) return; }",
  "if (!user) String(flag);",
  "if (user == null || flag) return;",
  "if (user === null) return;",
  "if (user === undefined) return;",
  "if (!user && flag) return;",
  "if (+user) return;",
  'if (user?.role !== "staff") return;',
  'if (user?.role === "student") return;',
  "if (!user.isStaff) return;",
  "if (!user[db.read()]) return;",
  "if (user) return secret;",
  "return user;",
  "return user && { ok: true };",
  "if (!outcome.ok) return;",
  "if (!outcome.ok) return outcome;",
  "if (!outcome) return;",
  "if (!outcome?.message) return;",
  "return outcome;",
  "return outcome && { ok: true };",
);

/** Statements that do nothing of the kind. */
const others = fc.constantFrom(
  "await db.read();",
  "db.read();",
  "const rows = db.read();",
  "const number = flag ? 1 : 2;",
  "const name = String(flag).trim();",
  "if (flag) return;",
  'if (flag) throw new Error("flag");',
  "return secret;",
  "return db.read();",
  "return null;",
  "return { ok: true };",
  'throw new Error("end");',
);

/** What may be around statements. */
const around = fc.constantFrom<((code: string, more: string) => string)[]>(
  (code) => code,
  (code) => `{ ${code} }`,
  (code) => `if (flag) { ${code} }`,
  (code, more) => `if (flag) { ${code} } else { ${more} }`,
  (code, more) => `try { ${code} } catch (error) { ${more} }`,
  (code) => `try { ${code} } catch (error) { throw error; }`,
  (code) => `try { ${code} } catch (error) { if (flag) throw error; }`,
  (code, more) => `try { ${code} } finally { ${more} }`,
  (code) => `for (const flag of []) { ${code} }`,
  (code) => `const later = async () => { ${code} };`,
  (code) => `await (async () => { ${code} })();`,
  (code) => `out: { if (flag) break out; ${code} }`,
);

const seldom = fc.oneof({ weight: 4, arbitrary: fc.constant("") }, others);
const asked = fc.tuple(questions, seldom, checks).map((all) => all.join(" "));
const protection = fc
  .tuple(fc.oneof({ weight: 2, arbitrary: asked }, guards), around, fc.boolean(), others)
  .map(([code, wrap, isWrapped, more]) => (isWrapped ? wrap(code, more) : code));
/** A body that may begin with something, has one or two protections, and then does what they are for. */
const block = fc
  .tuple(
    seldom,
    fc.array(protection, { minLength: 1, maxLength: 2 }),
    fc.constantFrom("return db.read();", "await db.read();", "return secret;", ""),
  )
  .map(([first, protections, end]) => [first, ...protections, end].join(" "));

/** A function, and one of the application that it may call. */
interface Judged {
  readonly body: string;
  readonly helper: string;
}

const judged = fc.record<Judged>({
  body: block,
  // One that calls itself might never end.
  helper: block.map((body) => body.replaceAll("helper()", "getUser()")),
});

/** Both as JavaScript: a promise of what the function answers. That nobody waits for the helper is no fault here. */
function codeOf({ body, helper }: Judged): string {
  const heard = "const promise = run(); promise.catch(() => {}); return promise;";
  return `const helper = () => { const run = async () => { ${helper} }; ${heard} };
    return (async () => { ${body} })();`;
}

/** Whether it is JavaScript: no name twice in one block. */
function isValid(one: Judged): boolean {
  try {
    // oxlint-disable-next-line typescript/no-implied-eval, no-new -- it is only read
    new Function(...names, codeOf(one));
    return true;
  } catch {
    return false;
  }
}

/** Runs a function as somebody who is not logged in. @returns whether anything was given away or done. */
async function leaks(one: Judged, flag: boolean): Promise<boolean> {
  let reads = 0;
  const refuse = () => {
    const refused = Promise.reject(new Error("refused"));
    refused.catch(() => {});
    return refused;
  };
  const nobody = async () => null;
  const login = { confirm: async () => ({ ok: false }) };
  const db = {
    read() {
      reads++;
      return SECRET;
    },
  };
  // Somebody: the module's own variables of these names, which have nothing to do with the visitor.
  const user = { role: "staff", isStaff: true };
  const outcome = { ok: true };
  // oxlint-disable-next-line typescript/no-implied-eval -- it is the code that was judged
  const run = new Function(...names, codeOf(one)) as (...values: unknown[]) => Promise<unknown>;
  const answer = await run(refuse, nobody, refuse, nobody, login, db, SECRET, flag, user, outcome).catch(
    (error: unknown) => error,
  );
  await new Promise(setImmediate);
  return reads > 0 || String(answer).includes(SECRET);
}

test("whatever is taken for guarded does nothing for, and gives nothing to, who is not logged in", async ({
  task,
}) => {
  let guarded = 0;
  let all = 0;
  const some = fc.array(judged, { minLength: 30, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(some, fc.boolean(), async (given, flag) => {
      const valid = given.filter(isValid);
      const { entries } = await audit({
        "src/lib/entries.ts": [
          `"use server"; import { getUser, login, requireUser, requireStaff, staffOrNull } from "./session";`,
          `import { db } from "./db"; const { user, outcome, secret, flag } = db;`,
          ...valid.map(({ helper }, index) => `async function helper${index}() { ${helper} }`),
          ...valid.map(
            ({ body }, index) =>
              `export const entry${index} = async () => { ${body.replaceAll("helper()", `helper${index}()`)} };`,
          ),
        ].join("\n"),
      });
      expect(entries).toHaveLength(valid.length);
      all += valid.length;
      const taken = valid.filter((_one, index) => entries[index]!.verdict === "guarded");
      guarded += taken.length;
      for (const one of taken) expect({ one, leaks: await leaks(one, flag) }).toEqual({ one, leaks: false });
    }),
    { numRuns: 40 },
  );
  // Otherwise it has shown nothing.
  expect(guarded).toBeGreaterThan(all / 20);
  task.meta.note = `${guarded} of ${all} functions taken for guarded, none of them leaks`;
});
