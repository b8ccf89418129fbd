import { parseCookie } from "cookie";
import { parseCookie as parseCookieEs } from "cookie-es";
import { readCookie } from "../../src/core/cookie.ts";
import { BareExchange, coatcheck, sessionOf } from "../candidates/coatcheck.ts";
import { userOf, type Size } from "../lib/payloads.ts";
import type { Scenario } from "../lib/scenario.ts";
import type { Task } from "../lib/task.ts";
import { oneByOne } from "./one-by-one.ts";
import { tokensOf } from "./tokens.ts";

const COUNTS = [1, 10, 50] as const;
const NAME = "__Host-session";

/** Different headers that a task goes through. */
const HEADERS = 64;

type Finder = (header: string) => unknown;

const finders: readonly (readonly [string, Finder])[] = [
  ["Coatcheck, a scan for one name", (header) => readCookie(header, NAME)],
  ["cookie, parseCookie", (header) => parseCookie(header)[NAME]],
  ["cookie-es, parse", (header) => parseCookieEs(header)[NAME]],
];

/** Finding the session's cookie among others, alone and in a whole request. */
export function cookieHeaders(size: Size): Scenario {
  const tasks = COUNTS.flatMap((count) => [
    ...finders.map(([name, find]) => findTask(`${name}, ${cookies(count)}`, count, find)),
    requestTask(`Coatcheck, the whole request, ${cookies(count)}`, count, size),
  ]);
  return {
    name: "cookie header",
    table: "cookie header",
    title: `The session's cookie among others, ${size.name} of data in the whole requests`,
    base: tasks[0]!.name,
    tasks,
    claims: [],
  };
}

function cookies(count: number): string {
  return count === 1 ? "1 cookie" : `${count} cookies`;
}

function findTask(name: string, count: number, find: Finder): Task {
  return oneByOne(name, async () => {
    const values = Array.from({ length: HEADERS }, (_, i) => `value-of-visitor-${i}`);
    const headers = values.map((value) => among(`${NAME}=${value}`, count));
    return {
      run: (i) => find(headers[i % HEADERS]!),
      isRight: (answer, i) => answer === values[i % HEADERS],
    };
  });
}

function requestTask(name: string, count: number, size: Size): Task {
  return oneByOne(name, async () => {
    const headers = (await tokensOf(coatcheck, size)).map((header) =>
      among(header.slice(header.indexOf(NAME)), count),
    );
    return {
      run: (i) => sessionOf(new BareExchange(headers[i % headers.length]!)).data.userId,
      isRight: (answer, i) => answer === userOf(i % headers.length),
    };
  });
}

/** A header of so many cookies, with the one in their middle, as the browser sorts them by age. */
function among(pair: string, count: number): string {
  const others = Array.from({ length: count - 1 }, (_, n) => `cookie_${n}=${"abcdefgh".repeat(2)}${n}`);
  others.splice(count >> 1, 0, pair);
  return others.join("; ");
}
