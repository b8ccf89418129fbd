import { finding, type Finding } from "./finding.ts";
import { failureLine } from "../failure.ts";
import { printable } from "../text.ts";

/** One answer of the site. */
export interface Answer {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  /** This machine's time in the middle of the request, and half of what it took, in milliseconds. */
  readonly at: number;
  readonly half: number;
}

/** What a visit led to: the answers in their order, and what was found on the way. */
export interface Visit {
  readonly answers: readonly Answer[];
  /** Whether the last answer is the page, and not a redirect that was not followed. */
  readonly arrived: boolean;
  readonly findings: readonly Finding[];
}

const MAX_REDIRECTS = 5;
const TIMEOUT_MS = 10_000;

/** Visits a site as somebody who was never there: without cookies, and following redirects on its own host alone. */
export async function visit(start: URL, now: () => number): Promise<Visit> {
  const answers: Answer[] = [];
  const findings: Finding[] = [];
  const redirects = finding("redirects");
  let url = start;
  for (;;) {
    let answer: Answer;
    try {
      answer = await ask(url, now);
    } catch (problem) {
      findings.push(unreachable(url, problem));
      return { answers, arrived: false, findings };
    }
    answers.push(answer);
    const next = target(answer);
    if (next === undefined) return { answers, arrived: true, findings: [...findings, reached(answer)] };
    const step = `${place(url)} redirects to ${place(next)}`;
    if (url.protocol === "https:" && next.protocol === "http:")
      findings.push(
        redirects.error(`${step}, which is not encrypted.`, "Redirect to https:// addresses only."),
      );
    else if (!isSameHost(url, next))
      findings.push(
        redirects.warning(`${step}, another host, which was not asked.`, "Check that address by itself."),
      );
    else if (answers.length > MAX_REDIRECTS)
      findings.push(
        redirects.error(`There are more than ${MAX_REDIRECTS} redirects.`, "Look for a loop in them."),
      );
    else {
      findings.push(redirects.ok(`${step}.`));
      url = next;
      continue;
    }
    return { answers, arrived: false, findings };
  }
}

async function ask(url: URL, now: () => number): Promise<Answer> {
  const before = now();
  const response = await fetch(url, {
    redirect: "manual",
    headers: { accept: "text/html,*/*;q=0.8", "user-agent": "coatcheck-doctor" },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const half = (now() - before) / 2;
  await response.body?.cancel();
  return { url, status: response.status, headers: response.headers, at: before + half, half };
}

/** Where an answer redirects to; `undefined` when it is none. */
function target({ url, status, headers }: Answer): URL | undefined {
  const location = headers.get("location");
  if (status < 300 || status > 399 || location === null) return undefined;
  const next = URL.parse(location, url);
  return next?.protocol === "http:" || next?.protocol === "https:" ? next : undefined;
}

function isSameHost(from: URL, to: URL): boolean {
  const upgrade = from.protocol === "http:" && to.protocol === "https:";
  return from.host === to.host || (upgrade && from.hostname === to.hostname);
}

function reached({ url, status }: Answer): Finding {
  const { ok, warning, error } = finding("answer");
  const words = `${place(url)} answers ${status}`;
  if (status >= 500) return error(`${words}.`, "Look into the application's log.");
  if (status >= 400)
    return warning(`${words}: what follows is about that answer.`, "Give the address of a page.");
  return ok(`${words}.`);
}

function unreachable(url: URL, problem: unknown): Finding {
  // fetch has one message for everything; the cause has the words.
  const cause = problem instanceof Error && problem.cause instanceof Error ? problem.cause : problem;
  return finding("answer").error(
    `${place(url)} does not answer: ${failureLine(cause)}`,
    "Check the address and, with https, the certificate.",
  );
}

/** An address without its parameters, in which a token may travel. */
function place(url: URL): string {
  return printable(url.origin + url.pathname);
}
