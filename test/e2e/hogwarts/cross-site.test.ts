import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "../support/browser.ts";
import { cells, senderOf, type Cell, type Sender } from "./support/cross-site-matrix.ts";
import { send, type Received, type Sent } from "../support/http.ts";
import { inParallel } from "./support/in-parallel.ts";
import { recordOwnRequests, type OwnRequests } from "./support/own-requests.ts";
import { PASSWORD, startHogwarts, type Hogwarts } from "./support/app.ts";
import { sessionMaker, type SessionMaker } from "./support/sessions.ts";

/** Whom the attacker would log the visitor in as, and a student whom only the query and the pages show. */
const ATTACKER = { username: "student-slytherin", password: PASSWORD };
const PROTECTED = "Pansy Parkinson";
/** The id of the headmaster, who may see all of it. */
const HEADMASTER = 4;

let app: Hogwarts;
let own: OwnRequests;
let maker: SessionMaker;
/** Of the visitor whom other sites attack: nothing of theirs may end this session. */
let cookie: string;

beforeAll(async () => {
  let browser: Browser;
  [app, browser] = await Promise.all([startHogwarts(), launchBrowser()]);
  own = await recordOwnRequests(browser, app);
  await browser.close();
  maker = sessionMaker(app);
  cookie = await maker.cookieOf(HEADMASTER);
});

afterAll(async () => {
  await maker?.close();
  await app?.stop();
});

test("lets another site cause nothing, and refuses nothing of its own, in the whole matrix", async ({
  task,
}) => {
  const wrong: string[] = [];
  const count = { own: 0, foreign: 0, nobody: 0, effects: 0, refused: 0 };

  await inParallel([...cells(app.port, own, ATTACKER)], 16, async (cell) => {
    const sender = senderOf(cell, app.origin);
    const answer = await send(app.port, await withCookie(cell, sender));
    const effect = effectOf(cell, answer);
    count[sender] += 1;
    if (answer.status === 403 || answer.status === 405) count.refused += 1;
    if (effect !== undefined) count.effects += 1;

    if (sender === "foreign" && effect !== undefined) wrong.push(`${describeCell(cell)}: ${effect}`);
    if (sender === "own" && !isAnswered(cell, answer))
      wrong.push(`${describeCell(cell)}: own request answered ${answer.status}`);
  });

  expect(wrong.slice(0, 20)).toEqual([]);
  const after = await send(app.port, { path: "/houses/slytherin", headers: [["Cookie", cookie]] });
  expect(after.body, "the session that other sites attacked").toContain(PROTECTED);
  const total = count.own + count.foreign + count.nobody;
  expect(count.foreign).toBeGreaterThan(10_000);
  expect(count.own).toBeGreaterThan(20);
  task.meta.note =
    `cross-site matrix: ${total} requests, 0 effects of ${count.foreign} from other sites, ` +
    `0 refusals of ${count.own} of its own, ${count.refused} refused`;
}, 180_000);

test("logs nobody in through another site's form, also where there was no session", async () => {
  const attempts = [...cells(app.port, own, ATTACKER)].filter(
    (cell) =>
      cell.target.kind === "login" && senderOf(cell, app.origin) === "foreign" && cell.method === "POST",
  );
  const cookies = await inParallel(attempts, 16, async ({ sent }) => (await send(app.port, sent)).cookies);
  expect(attempts.length).toBeGreaterThan(500);
  expect(cookies.flat()).toEqual([]);
});

test("answers every request that Chromium really sends while somebody uses it", async ({ task }) => {
  const answers = await inParallel(own.all, 1, async (request) => {
    // One of them is the logout.
    const headers = [...request.headers, ["Cookie", await maker.cookieOf(HEADMASTER)] as const];
    return { request, answer: await send(app.port, { ...request, headers }) };
  });
  const refused = answers.filter(({ request, answer }) => {
    const expected = request.path === "/nowhere" ? 404 : undefined;
    return answer.status >= 400 && answer.status !== expected;
  });
  expect(refused.map(({ request, answer }) => [request.method, request.path, answer.status])).toEqual([]);
  expect(own.all.filter(({ method }) => method === "POST").length).toBeGreaterThanOrEqual(6);
  task.meta.note = `${own.all.length} requests recorded from Chromium and sent again: 0 refused`;
});

/** The visitor's cookie; a session of its own where the login or logout may be meant, and ends it. */
async function withCookie({ sent, target }: Cell, sender: Sender): Promise<Sent> {
  const endsIt = sender !== "foreign" && (target.kind === "login" || target.kind === "logout");
  const value = endsIt ? await maker.cookieOf(HEADMASTER) : cookie;
  return { ...sent, headers: [...sent.headers!, ["Cookie", value]] };
}

/** What a request brought about, as far as anybody outside of the server can tell. */
function effectOf({ target, method }: Cell, answer: Received): string | undefined {
  if (answer.cookies.length > 0) return `Set-Cookie ${answer.cookies[0]!.slice(0, 16)}`;
  const shows = answer.body.includes(PROTECTED);
  const reads = method === "GET" || method === "HEAD" || method === "OPTIONS";
  // A link may open a page or an API route; what matters is that no other page can read the answer.
  if (shows && (target.kind === "page" || target.kind === "api") && reads) return readableElsewhere(answer);
  return shows ? "the students" : readableElsewhere(answer);
}

function readableElsewhere(answer: Received): string | undefined {
  const cors = answer.headers.find(([name]) => name.startsWith("access-control-"));
  if (cors !== undefined) return cors.join(": ");
  return answer.header("cross-origin-resource-policy") === "same-origin"
    ? undefined
    : "no Cross-Origin-Resource-Policy";
}

/** Whether one of the application's own requests did what it is for. */
function isAnswered({ target, method }: Cell, answer: Received): boolean {
  switch (target.kind) {
    case "login":
      return answer.cookies.some((line) => /^[^=]*session=[\w-]{43};/.test(line));
    case "logout":
      return answer.cookies.some((line) => /^[^=]*session=;.*Max-Age=0/.test(line));
    default:
      return answer.status === 200 && (method === "HEAD" || answer.body.includes(PROTECTED));
  }
}

function describeCell({ sent, secFetchSite, origin }: Cell): string {
  const headers = sent.headers!.map(([name, value]) => `${name}: ${value}`).join(", ");
  return `${sent.method} ${sent.path} [${headers}] from ${secFetchSite ?? "-"} ${origin ?? "-"}`;
}
