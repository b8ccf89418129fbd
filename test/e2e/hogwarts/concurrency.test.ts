import { afterAll, beforeAll, expect, test } from "vitest";
import { send } from "../support/http.ts";
import { startHogwarts, type Hogwarts } from "./support/app.ts";
import { withDatabase } from "./support/database.ts";
import { inParallel } from "./support/in-parallel.ts";
import { loggedIn, type Visitor } from "./support/visitor.ts";

const USERS = 20;
const REQUESTS_EACH = 10;

interface Member {
  readonly username: string;
  readonly name: string;
  readonly house: string;
}

/** Names that share no part, so that a few bytes of somebody else's would be noticed. */
const members: readonly Member[] = Array.from({ length: USERS }, (_, index) => {
  const letter = String.fromCodePoint(97 + index);
  const house = ["gryffindor", "hufflepuff", "ravenclaw", "slytherin"][index % 4]!;
  return { username: `member-${letter.repeat(6)}`, name: `Member ${letter.toUpperCase().repeat(6)}`, house };
});

let app: Hogwarts;
let visitors: Visitor[];

beforeAll(async () => {
  app = await startHogwarts({ fill: addMembers });
  visitors = await Promise.all(members.map(({ username }) => loggedIn(app, username)));
});

afterAll(() => app?.stop());

function addMembers(path: string): void {
  withDatabase(path, (database) => {
    const { hash } = database.prepare("select password_hash as hash from users where id = 1").get() as {
      hash: string;
    };
    const insert = database.prepare(
      "insert into users (id, username, name, role, house, password_hash) values (?, ?, ?, 'professor', ?, ?)",
    );
    for (const [index, { username, name, house }] of members.entries())
      insert.run(100 + index, username, name, house, hash);
  });
}

/** Whom an answer mentions, by any part of the names. */
function mentioned(body: string): string[] {
  const text = withoutNonce(body);
  return members
    .filter(({ username, name }) => text.includes(username.slice(-4)) || text.includes(name.slice(-4)))
    .map(({ username }) => username);
}

/** Without the random part, which now and then spells four equal letters. */
function withoutNonce(body: string): string {
  return body.replaceAll(/ nonce="[^"]*"/g, "");
}

test("the 20 users are 20 people", () => {
  expect(new Set(visitors.map((who) => who.cookie())).size).toBe(USERS);
  expect(members.flatMap(({ name }) => mentioned(name))).toEqual(members.map(({ username }) => username));
});

test.each(["/", "/houses/gryffindor", "/nowhere"])(
  "200 concurrent requests for %s show every user to no one else",
  async (path) => {
    // The first rendering loads the page's code and may write its parts in another order.
    await visitors[0]!.send({ path });
    const turns = Array.from({ length: USERS * REQUESTS_EACH }, (_, index) => index % USERS);
    const bodies = await inParallel(turns, turns.length, async (index) => {
      const { body } = await visitors[index]!.send({ path });
      return { who: members[index]!.username, body };
    });
    expect(bodies).toHaveLength(200);
    expect(bodies.map(({ body }) => mentioned(body))).toEqual(bodies.map(({ who }) => [who]));
    // Anything else that tells users apart, such as an id: pages of one user are the same but for the nonce.
    const pages = new Map<string, Set<string>>();
    for (const { who, body } of bodies) {
      pages.set(who, (pages.get(who) ?? new Set()).add(withoutNonce(body)));
    }
    expect(Array.from(pages.values(), ({ size }) => size)).toEqual(members.map(() => 1));
  },
);

test("200 concurrent requests of users and anonymous visitors, to pages and the API, are told apart", async ({
  task,
}) => {
  const kinds = ["/", "/login", "/api/ravenclaw/admin", "anonymous /", "anonymous /api/ravenclaw/admin"];
  const turns = Array.from({ length: 200 }, (_, index) => index);
  const answers = await inParallel(turns, turns.length, async (turn) => {
    const kind = kinds[turn % kinds.length]!;
    const [path, index] = [kind.replace("anonymous ", ""), Math.floor(turn / kinds.length) % USERS];
    const isAnonymous = kind !== path;
    const answer = isAnonymous ? await anonymous(path) : await visitors[index]!.send({ path });
    return { kind, who: members[index]!.username, answer };
  });
  for (const { kind, who, answer } of answers) {
    const isOwn = members.find(({ username }) => username === who)?.house === "ravenclaw";
    const ofApi = isOwn ? 200 : 403;
    const status =
      { "anonymous /": 302, "anonymous /api/ravenclaw/admin": 401, "/api/ravenclaw/admin": ofApi }[kind] ??
      200;
    const seen = { kind, status: answer.status, users: mentioned(answer.body) };
    expect(seen).toEqual({ kind, status, users: { "/": [who], "/login": [who] }[kind] ?? [] });
  }
  task.meta.note = "800 concurrent requests of 20 users: no user saw another";
});

test("logins at the same moment give everybody the own session", async () => {
  const fresh = await Promise.all(members.map(({ username }) => loggedIn(app, username)));
  const bodies = await Promise.all(fresh.map(async (who) => (await who.send({ path: "/" })).body));
  expect(bodies.map(mentioned)).toEqual(members.map(({ username }) => [username]));
});

function anonymous(path: string) {
  return send(app.port, { path });
}
