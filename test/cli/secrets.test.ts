import { afterAll, describe, expect, test } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { createSessions } from "../../src/index.ts";
import { sqliteStore } from "../../src/stores/sqlite.ts";
import { cookieFor, fakeClock } from "../../src/testing/index.ts";
import { sqliteFolder } from "../stores/sqlite/folder.ts";
import { coatcheck, type CliWorld } from "./cli.ts";

const { file } = sqliteFolder();
const path = file();
const { now } = fakeClock();
const store = sqliteStore({ path, now });
const stored = createSessions({ store, storeTimeout: 5, now });
afterAll(() => store.close());

const password = "Canary1-hT7yPq4LmN8xRb3cJd6fGtA1eUoXiWnKzY";
const oldPassword = "Canary2-LmN8xRb3cJd6fGtA1eUoXiWnKzYhT7yPq4";
const databasePassword = "Canary3:p@ss/word";
const spelled = encodeURIComponent(databasePassword);
const valueOf = (cookie: string): string => cookie.slice(cookie.indexOf("=") + 1);

async function secrets() {
  await store.migrate();
  const token = valueOf(await cookieFor(stored, { userId: 7 }));
  const sealed = valueOf(await cookieFor(createSessions({ password, now }), { userId: 7 }));
  const all = [password, oldPassword, databasePassword, spelled, token, sealed];
  return { token, sealed, all };
}

/** Addresses with a password in them: of servers that are down, and of nothing that is known. */
const addresses = ["postgres", "redis", "mysql", "Postgres"].map(
  (scheme) => `${scheme}://user:${spelled}@127.0.0.1:1/0`,
);

const modes = [[], ["--json"], ["--verbose"], ["--help"]];

describe.each(COMMANDS)("the output of $name", ({ name, options }) => {
  test("has no token, password or address in it, whatever was typed where", async ({ task }) => {
    const { token, sealed, all } = await secrets();
    const typed = [
      [],
      ["7"],
      [token],
      [sealed],
      [password],
      ["--password", password],
      [`--password=${password}`],
      [`--${password}`],
    ];
    const misplaced = Object.keys(options).flatMap((option) =>
      [password, token, sealed].map((secret) => [`--${option}=${secret}`, "7"]),
    );
    const environment = { SESSION_SECRET: password, OLD_SESSION_SECRET: oldPassword };
    const worlds: CliWorld[] = [
      { env: environment },
      { env: environment, input: `session=${sealed}` },
      { env: environment, input: `__Host-session=${token}; theme=dark; ${password}` },
      { env: { ...environment, SESSION_STORE: path }, input: token },
      { env: { ...environment, SESSION_STORE: path, DATABASE_URL: addresses[0] }, input: sealed.slice(1) },
      ...addresses.map((SESSION_STORE) => ({ env: { ...environment, SESSION_STORE }, input: token })),
    ];
    let runs = 0;
    const leaks: string[] = [];
    const check = async (argv: string[], world: CliWorld): Promise<void> => {
      const { code, out, err } = await coatcheck([name, ...argv], { ...world, now });
      runs++;
      expect([0, 1, 2]).toContain(code);
      for (const secret of all)
        if ((out + err).includes(secret)) leaks.push(`${argv.length} arguments: ${out}${err}`);
    };
    for (const mode of modes) {
      for (const world of worlds)
        for (const argv of [[], ["7"], [token]]) await check([...argv, ...mode], world);
      for (const argv of [...typed, ...misplaced]) await check([...argv, ...mode], worlds[0]!);
      for (const address of addresses) await check(["7", "--store", address, ...mode], worlds[0]!);
    }
    expect(leaks).toEqual([]);
    task.meta.note = `${runs} runs`;
  }, 60_000);
});

test("an unknown command with a secret for a name is not repeated", async () => {
  const { err, out, code } = await coatcheck([password]);
  expect(code).toBe(2);
  expect(out + err).not.toContain(password);
});
