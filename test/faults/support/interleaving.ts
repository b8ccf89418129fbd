import { setTimeout as delay } from "node:timers/promises";
import type { TestNode } from "../../support/nodes.ts";
import { login, send, type Answer } from "./http.ts";
import { below, oneOf } from "./scale.ts";

/** What one interleaving brought, and what must not have happened in it. */
export interface Outcome {
  requests: number;
  /** Milliseconds after the acknowledged end at which a request was sent that was accepted. */
  readonly acceptedAfter: number[];
  /** Records of the user that are left when nothing is under way any more. */
  recreated: number;
  /** Answers that nothing explains. */
  readonly odd: string[];
}

type Step = "read" | "count" | "slow-count" | "set" | "rotate";
type Ending = "logout" | "revoke" | "revoke-user";

const STEPS: readonly Step[] = ["read", "count", "count", "slow-count", "slow-count", "set", "rotate"];
const ENDINGS: readonly Ending[] = ["logout", "logout", "revoke", "revoke-user"];
const WINDOW_MS = 8;

/** How long a node may accept what has ended; then nobody has to wait for the last word. */
export interface InterleavingOptions {
  /** @default 0 */
  readonly maxAge?: number;
}

/**
 * One visitor logs in, does several things at once on different nodes, and logs out, or is revoked, in the midst
 * of it. Everybody who has one of the tokens then tries them all.
 */
export async function interleave(
  nodes: readonly TestNode[],
  user: string,
  { maxAge = 0 }: InterleavingOptions = {},
): Promise<Outcome> {
  const outcome: Outcome = { requests: 0, acceptedAfter: [], recreated: 0, odd: [] };
  let { token, id } = await login(oneOf(nodes), user);
  const tokens = [token];
  let endedAt = Infinity;

  async function ask(path: string, carried: string): Promise<Answer> {
    outcome.requests++;
    const answer = await send(oneOf(nodes), path, carried);
    if (![200, 401, 409].includes(answer.status)) outcome.odd.push(`${path}: ${answer.status}`);
    return answer;
  }

  function judge({ status, start }: Answer): void {
    if (status === 200 && start > endedAt) outcome.acceptedAfter.push(start - endedAt);
  }

  async function step(name: Step): Promise<void> {
    await delay(below(WINDOW_MS));
    const path = {
      "slow-count": `/slow-count?ms=${below(WINDOW_MS)}`,
      set: `/set?key=value&value=${below(9)}`,
    };
    const answer = await ask(name in path ? path[name as keyof typeof path] : `/${name}`, token);
    judge(answer);
    if (name !== "rotate" || !answer.token) return;
    ({ token } = answer as { token: string });
    id = answer.reply.id ?? id;
    tokens.push(token);
  }

  async function end(how: Ending): Promise<void> {
    await delay(below(WINDOW_MS));
    const paths = {
      logout: "/logout",
      revoke: `/revoke?id=${id}`,
      "revoke-user": `/revoke-user?user=${user}`,
    };
    const { status, end: moment } = await ask(paths[how], how === "logout" ? token : "");
    if (status === 200) endedAt = moment;
    else outcome.odd.push(`${how}: ${status}`);
  }

  const steps = Array.from({ length: 5 + below(4) }, () => step(oneOf(STEPS)));
  // What is sent once the visitor is out, beside the slow requests from before.
  const ending = end(oneOf(ENDINGS)).then(() =>
    Promise.all([step("read"), step("slow-count"), step("rotate")]),
  );
  await Promise.all([...steps, ending]);

  for (const one of tokens) judge(await ask("/read", one));
  if (maxAge > 0) {
    await delay(Math.max(0, endedAt + maxAge - performance.now()) + 1);
    for (const node of nodes) for (const one of tokens) judge(await send(node, "/read", one));
  }
  const listed = await send(oneOf(nodes), `/list?user=${user}`);
  outcome.recreated = listed.reply.number ?? NaN;
  return outcome;
}
