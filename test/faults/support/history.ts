import { setTimeout as delay } from "node:timers/promises";
import type { TestNode } from "../../support/nodes.ts";
import { send, type Answer } from "./http.ts";
import { below, oneOf } from "./scale.ts";
import type { Call, Reply, SessionOperation } from "./session-model.ts";

/** Everything that was asked of one session and what came of it. */
export interface History {
  readonly token: string;
  readonly operations: readonly SessionOperation[];
}

const CLIENTS = 4;
/** So many operations of each client that the search for an order stays short. */
const EACH = 10;
const PAUSE_AFTER_FAILURE_MS = 60;
/** Who got no answer so often goes away: each of them doubles what could have happened. */
const MOST_FAILURES = 2;
const VALUES = 1000;

/** What clients do: mostly read and write, now and then change the token, and one of them ends it at last. */
const MIX: readonly Call["do"][] = ["read", "read", "read", "count", "count", "count", "set", "set", "set"];

/**
 * Has some clients use one session at once, each on whichever node, and writes down what they were told.
 *
 * @returns `undefined` when the login had no answer.
 */
export async function record(nodes: readonly TestNode[], user: string): Promise<History | undefined> {
  const started = await send(oneOf(nodes), `/login?user=${user}&login=${user}`);
  const first = started.token;
  const { id } = started.reply;
  if (started.status !== 200 || !first || id === undefined) {
    await delay(PAUSE_AFTER_FAILURE_MS);
    return undefined;
  }

  const operations: SessionOperation[] = [];
  let token = first;
  const ends = below(2) === 0;

  async function client(number: number): Promise<void> {
    let failures = 0;
    for (let n = 0; n < EACH && failures < MOST_FAILURES; n++) {
      const last = ends && number === 0 && n === EACH - 3;
      const name = last ? oneOf(["logout", "revoke"] as const) : below(25) === 0 ? "rotate" : oneOf(MIX);
      const call = (
        name === "set" ? { do: name, value: 1 + below(VALUES), token } : { do: name, token }
      ) as Call;
      const answer = await send(
        oneOf(nodes),
        pathOf(call, id!),
        call.do === "revoke" ? undefined : call.token,
      );
      const output = replyOf(call, answer);
      if (output?.is === "rotated") ({ token } = output);
      // What was never sent, or only read and failed, has changed nothing.
      const nothing = answer.status === -1 || (output === undefined && call.do === "read");
      if (!nothing) {
        const { start, end } = answer;
        operations.push({ input: call, output, start, end: output === undefined ? Infinity : end });
      }
      if (output !== undefined) continue;
      failures++;
      await delay(PAUSE_AFTER_FAILURE_MS);
    }
  }

  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
  return { token: first, operations };
}

function pathOf(call: Call, id: string): string {
  if (call.do === "set") return `/set?key=value&value=${call.value}`;
  return call.do === "revoke" ? `/revoke?id=${id}` : `/${call.do}`;
}

/** What the model is told; `undefined` when nobody knows. */
function replyOf(call: Call, { status, reply, token }: Answer): Reply | undefined {
  if (status === 401 || (status === 409 && reply.code === "ERR_SESSION_REVOKED")) return { is: "refused" };
  if (status !== 200) return undefined;
  if (call.do === "logout" || call.do === "revoke") return { is: "ended" };
  if (call.do === "rotate") return token ? { is: "rotated", token } : undefined;
  const { count, value } = reply.data ?? { count: NaN, value: NaN };
  return { is: "held", count, value };
}
