import { guardCore, type NoRules } from "../../src/auth/guard.ts";
import { createSessions } from "../../src/sessions.ts";
import { BareExchange, coatcheck, OPTIONS, sessionOf } from "../candidates/coatcheck.ts";
import { userOf, type Payload, type Size } from "../lib/payloads.ts";
import type { Scenario } from "../lib/scenario.ts";
import type { Task } from "../lib/task.ts";
import { oneByOne } from "./one-by-one.ts";
import { tokensOf } from "./tokens.ts";

/** From where the guard comes: what adapters build on is no public module, and it has to know these sessions. */
const sessions = createSessions<Payload>(OPTIONS);

/** Users that there are, and visitors who come back in turn. */
const USERS = 1000;

interface User {
  readonly id: number;
}

/** What a request found out, and how often it asked for the user. */
interface Answer {
  readonly user: User | null;
  readonly loads: number;
}

/** What a guard adds to a session, and what a login changes in it, the password's hash aside. */
export function guarded(size: Size): Scenario {
  return {
    name: "guard",
    table: "guard",
    title: `A guard, and the session's part of a login, ${size.name} of data`,
    base: coatcheck.name,
    tasks: [
      oneByOne(coatcheck.name, async () => {
        const cookies = await tokensOf(coatcheck, size, USERS);
        return {
          run: (i) => coatcheck.open(cookies[i % cookies.length]!),
          isRight: (answer, i) => answer === userOf(i % cookies.length),
        };
      }),
      getUser("getUser", 1, size),
      getUser("getUser, three times in one request", 3, size),
      change("update", size, async (exchange, data) => {
        await sessionOf(exchange).update({ role: `${data.role}, prefect` });
      }),
      change("authenticate", size, async (exchange, data) => {
        await sessionOf(exchange).authenticate(data, { methods: ["password"] });
      }),
      change("rotate", size, (exchange) => sessionOf(exchange).rotate()),
    ],
    claims: [],
  };
}

/** One guard, asked some times in each request. The user is there at once: a database is not what is measured. */
function getUser(name: string, calls: number, size: Size): Task {
  return oneByOne(name, async () => {
    const cookies = await tokensOf(coatcheck, size, USERS);
    const users = new Map(cookies.map((_cookie, i) => [userOf(i), { id: userOf(i) }]));
    let loads = 0;
    const guard = guardCore<User, Payload, NoRules>({
      sessions,
      loadUser(id) {
        loads++;
        return users.get(Number(id));
      },
    });
    const run = async (i: number): Promise<Answer> => {
      const exchange = new BareExchange(cookies[i % cookies.length]!);
      const before = loads;
      let user: User | null = null;
      for (let call = 0; call < calls; call++) user = await guard.getUser(exchange);
      return { user, loads: loads - before };
    };
    return {
      run,
      isRight: (answer, i) => {
        const { user, loads: own } = answer as Answer;
        return user?.id === userOf(i % cookies.length) && own === 1;
      },
    };
  });
}

/** A change of a visitor's session, until the `Set-Cookie` line is there. */
function change(
  name: string,
  size: Size,
  apply: (exchange: BareExchange, data: Payload) => Promise<void>,
): Task {
  return oneByOne(name, async () => {
    const cookies = await tokensOf(coatcheck, size, USERS);
    return {
      async run(i) {
        const n = i % cookies.length;
        const exchange = new BareExchange(cookies[n]!);
        await apply(exchange, size.make(n));
        return exchange;
      },
      isRight(answer, i) {
        const { line } = answer as BareExchange;
        const cookie = line!.slice(0, line!.indexOf(";"));
        return (
          cookie !== cookies[i % cookies.length] && coatcheck.open(cookie) === userOf(i % cookies.length)
        );
      },
    };
  });
}
