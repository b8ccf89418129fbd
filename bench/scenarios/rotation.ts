import { createSessions } from "coatcheck";
import { coatcheckIn } from "../candidates/coatcheck.ts";
import type { Candidate, CookieJar } from "../candidates/candidate.ts";
import { secureSessionApp, secureSessionIn } from "../candidates/secure-session.ts";
import { SELDOM_NOTED } from "../candidates/settings.ts";
import type { Payload, Size } from "../lib/payloads.ts";
import type { Scenario } from "../lib/scenario.ts";
import type { Task } from "../lib/task.ts";
import { openTask } from "./tokens.ts";

const COUNTS = [1, 2, 5, 20] as const;

/** Applications by their passwords: the first one seals, all of them open. */
const applications: Readonly<Record<string, (passwords: string[]) => Promise<CookieJar>>> = {
  Coatcheck: async (passwords) =>
    coatcheckIn(createSessions<Payload>({ password: passwords, ...SELDOM_NOTED })),
  "@fastify/secure-session": async (passwords) => secureSessionIn(await secureSessionApp(passwords)),
};

/** Opening tokens of the oldest of several passwords that are in rotation. */
export function rotation(size: Size): Scenario {
  const tasks = Object.keys(applications).flatMap((name) =>
    COUNTS.map((count) => rotated(name, count, size)),
  );
  return {
    name: "passwords",
    table: "passwords",
    title: `Open a new token of the last password in rotation, ${size.name} of data`,
    base: tasks[0]!.name,
    tasks,
    claims: [],
  };
}

function rotated(name: string, count: number, size: Size): Task {
  const passwords = Array.from({ length: count }, (_, n) => `password-number-${n}-`.padEnd(48, "x"));
  const taskName = `${name}, ${count} ${count === 1 ? "password" : "passwords"}`;
  return {
    name: taskName,
    inFlight: 1,
    async prepare() {
      const [writer, reader] = await Promise.all([
        applications[name]!(passwords.slice(-1)),
        applications[name]!(passwords),
      ]);
      const candidate: Candidate = { ...reader, name: taskName, inFlight: 1, seal: writer.seal };
      return openTask(candidate, size).prepare();
    },
  };
}
