import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { form, formAction, formHeaders, type Header, type Received, type Sent } from "../support/http.ts";
import { startHogwarts, type Hogwarts } from "./support/app.ts";
import { breakTables } from "./support/database.ts";
import { visitor, type Visitor } from "./support/visitor.ts";

/** The accounts' password, a mistyped one, and one that was typed in the username field. */
const PASSWORD = "canary-right-q7w8e9r1";
const MISTYPED = "canary-wrong-z5x4c3v2";
const MISPLACED = "Canary-misplaced-p0o9i8";
const FORGED = "s1.canaryforged.20000.canaryforgedtoken";
const SECRET = "canary-secret-of-more-than-thirty-two-characters";

let app: Hogwarts;

/** A visitor whose every answer is kept, as it could be read on the wire. */
function watched(seen: string[]): Visitor {
  const who = visitor(app);
  return {
    ...who,
    send: (sent) => who.send(sent).then(keep),
    submit: (...filledIn) => who.submit(...filledIn).then(keep),
    login: (...credentials) => who.login(...credentials).then(keep),
    logout: () => who.logout().then(keep),
  };

  function keep(answer: Received): Received {
    // The one place where a token belongs: the session's own Set-Cookie.
    const headers = answer.headers.map(([name, value]) =>
      name === "set-cookie"
        ? value.replace(/^((?:__Host-)?session(?:-device)?)=[^;]*/, "$1=")
        : `${name}: ${value}`,
    );
    seen.push([...headers, "", answer.body].join("\n"));
    return answer;
  }
}

/** The ways in which a secret may be written. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("base64url"),
    bytes.toString("hex"),
    secret.toUpperCase(),
    secret.toLowerCase(),
  ];
}

/** Which secret is in which place, and how it is written there. */
function findings(
  secrets: Readonly<Record<string, string>>,
  places: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(secrets).flatMap(([what, secret]) =>
    Object.entries(places).flatMap(([where, text]) =>
      [...new Set(spellings(secret))]
        .filter((spelling) => text.includes(spelling))
        .map((spelling) => `${what} in ${where}, as ${spelling.slice(0, 12)}…`),
    ),
  );
}

/** Every way to log in and to read, as a form and as a script, right and wrong. */
async function everyFlow(seen: string[]): Promise<string[]> {
  const tokens: string[] = [];
  for (const [username, password] of [
    ["student-gryffindor", PASSWORD],
    ["student-gryffindor", MISTYPED],
    ["nobody", MISTYPED],
    [MISPLACED, MISTYPED],
    [MISPLACED, ""],
  ] as const) {
    const who = watched(seen);
    await who.login(username, password, { next: `/houses/slytherin?canary=1` });
    await readEverything(who);
    await typePasswords(who);
    tokens.push(...tokenOf(who));
    if (who.cookie() !== undefined) await who.logout();
    const page = await who.send({ path: "/login" });
    await callByScript(who, formAction(page.body, "password"), { username, password });
    await readEverything(who);
    tokens.push(...tokenOf(who));
  }
  for (const cookie of [`session=${FORGED}`, `session=${FORGED}; session=${FORGED}`, `other=${FORGED}`])
    await readEverything(watched(seen), [["Cookie", cookie]]);
  for (const path of [
    `/?token=${FORGED}`,
    `/login?error=${FORGED}`,
    `/api/${FORGED}/admin`,
    `/houses/${FORGED}`,
  ])
    await watched([]).send({ path });
  return tokens;
}

const tokenOf = (who: Visitor) => who.cookies()?.match(/(?<=session(?:-device)?=)[^;]+/g) ?? [];

async function readEverything(who: Visitor, headers: Header[] = []): Promise<void> {
  const paths = [
    "/",
    "/login",
    "/houses/gryffindor",
    "/houses/slytherin",
    "/account",
    "/account/sessions",
    "/confirm",
    "/staff",
    "/api/slytherin/admin",
    "/api/nowhere/admin",
    "/nowhere",
    "/healthz",
  ];
  for (const path of [...paths, "/_server?id=nothing", "/_server"]) await who.send({ path, headers });
  const own = formHeaders(app.origin);
  const script: Header[] = [
    ["X-Server-Id", "nothing"],
    ["X-Server-Instance", "server-fn:0"],
  ];
  await who.send({ method: "POST", path: "/_server", headers: [...own, ...script, ...headers], body: "a=b" });
  await who.send({
    method: "POST",
    path: "/api/slytherin/admin",
    headers: [...own, ...headers],
    body: "a=b",
  });
}

/** Everywhere else where passwords are typed: confirmed, and changed to one that will not do. */
async function typePasswords(who: Visitor): Promise<void> {
  const confirmPage = await who.send({ path: "/confirm?next=%2Faccount" });
  const accountPage = await who.send({ path: "/account" });
  if (confirmPage.status !== 200 || accountPage.status !== 200) return;
  const confirm = formAction(confirmPage.body, "confirm-error");
  const change = formAction(accountPage.body, "new-password");
  for (const password of [MISTYPED, PASSWORD])
    for (const [action, fields] of [
      [confirm, { password, next: "/account" }],
      [change, { current: password, password: MISTYPED.slice(0, 14) }],
    ] as const) {
      await who.send({
        method: "POST",
        path: action,
        headers: formHeaders(app.origin),
        body: form(fields),
      });
      await callByScript(who, action, fields);
    }
}

async function callByScript(who: Visitor, action: string, fields: Record<string, string>): Promise<void> {
  const id = new URL(action, app.origin).searchParams.get("id")!;
  const sent: Sent = {
    method: "POST",
    path: "/_server",
    headers: [...formHeaders(app.origin), ["X-Server-Id", id], ["X-Server-Instance", "server-fn:0"]],
    body: form(fields),
  };
  await who.send(sent);
  await who.send({ ...sent, headers: [...sent.headers!, ["X-Single-Flight", "true"]] });
}

describe.each([
  { kind: "stored", env: {} },
  { kind: "sealed", env: { SESSION_STORE: "cookie" } },
])("with $kind sessions", ({ env }) => {
  beforeEach(async () => {
    app = await startHogwarts({ env: { HOGWARTS_PASSWORD: PASSWORD, SESSION_SECRET: SECRET, ...env } });
  });

  afterEach(() => app?.stop());

  test("a password and a token are in no page, header, address, log or database, whatever happens to them", async ({
    task,
  }) => {
    const seen: string[] = [];
    const tokens = await everyFlow(seen);
    // The same while the database fails under it, and while only the students are gone.
    for (const tables of [["users"], ["students"]]) {
      const mend = breakTables(app.database, tables);
      tokens.push(...(await everyFlow(seen)));
      mend();
    }
    expect(tokens.length).toBeGreaterThanOrEqual(4);
    expect(seen.join("\n")).toContain("Hermione Granger");
    expect(app.log()).toContain("no such table");

    const places = {
      "a response": seen.join("\n\n"),
      "the log": app.log(),
      "the database": [app.database, `${app.database}-wal`]
        .map((file) => readFileSync(file, "latin1"))
        .join("\n"),
    };
    const secrets: Record<string, string> = { PASSWORD, MISTYPED, MISPLACED, SECRET };
    for (const [index, token] of new Set(tokens).entries()) {
      secrets[`token ${index}`] = token;
      // Its encrypted part alone would do to be recognised by.
      secrets[`part of token ${index}`] = token.slice(-40);
    }
    expect(findings(secrets, places)).toEqual([]);
    // This one was sent in addresses too, whose answers, the visitor's own, are not looked at.
    expect(findings({ FORGED }, places)).toEqual([]);
    task.meta.note = `${Object.keys(secrets).length} secrets looked for in ${seen.length} responses, the log and the database: 0 found`;
  });

  test.each([
    ["the right one", PASSWORD],
    ["one such as the first start makes", "k7mp-x2vq-9rtn-hw4d"],
    ["a plain word and a number", "swordfish7"],
    ["one with capitals and signs", "Correct-Horse!9"],
  ])("a password typed in the username field goes nowhere: %s", async (_, typed) => {
    const seen: string[] = [];
    const who = watched(seen);
    await who.login(typed, "x");
    await who.login("student-gryffindor", "x");
    const page = await who.send({ path: "/login" });
    await callByScript(who, formAction(page.body, "password"), { username: typed, password: "x" });
    expect(findings({ typed }, { "a response": seen.join("\n\n"), "the log": app.log() })).toEqual([]);
  });
});

test("the search finds a secret that is there", () => {
  const places = { page: `<p>${encodeURIComponent("a b&c")}</p>` };
  expect(findings({ secret: "a b&c" }, places)).toEqual(["secret in page, as a%20b%26c…"]);
});
