import { Agent, request as ask } from "node:http";
import type { TestNode } from "../../support/nodes.ts";
import type { AppReply } from "./application.ts";

/** What came of one request. */
export interface Answer {
  /**
   * 0: nobody knows what became of it, as the connection broke; -1: it was never sent, as nobody listens; else the status
   * of the response.
   */
  readonly status: number;
  readonly reply: AppReply;
  /** The token that the response sets; an empty string when it takes the cookie away. */
  readonly token: string | undefined;
  /** When it was sent and when the answer was there: milliseconds of `performance.now()`. */
  readonly start: number;
  readonly end: number;
}

const agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: 1024 });
/** Longer than any answer may take, so that a connection that hangs shows. */
const PATIENCE_MS = 10_000;

/** Sends a request of a visitor with this token to a node, and waits for the answer. It never throws. */
export function send(node: TestNode, path: string, token?: string, patience = PATIENCE_MS): Promise<Answer> {
  return new Promise((resolve) => {
    const start = performance.now();
    const settle = (status: number, reply: AppReply = {}, set?: string): void =>
      resolve({ status, reply, token: set, start, end: performance.now() });
    const headers = token ? { cookie: `session=${token}` } : {};
    const outgoing = ask({ host: "127.0.0.1", port: node.port, path, agent, headers }, (incoming) => {
      let body = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (text: string) => (body += text));
      incoming.on("error", () => settle(0));
      incoming.on("end", () =>
        settle(incoming.statusCode ?? 0, parse(body), tokenIn(incoming.headers["set-cookie"])),
      );
    });
    outgoing.setTimeout(patience, () => outgoing.destroy());
    outgoing.on("error", (error: NodeJS.ErrnoException) => settle(error.code === "ECONNREFUSED" ? -1 : 0));
    outgoing.end();
  });
}

function parse(body: string): AppReply {
  try {
    return JSON.parse(body) as AppReply;
  } catch {
    return {};
  }
}

function tokenIn(lines: readonly string[] = []): string | undefined {
  return lines.map((line) => /^session=([^;]*)/.exec(line)?.[1]).find((token) => token !== undefined);
}

/** The answer to a request that must succeed. @throws when it does not */
export async function succeed(node: TestNode, path: string, token?: string): Promise<Answer> {
  const answer = await send(node, path, token);
  if (answer.status === 200) return answer;
  throw new Error(`${path} was answered ${answer.status} ${JSON.stringify(answer.reply)}\n${node.log()}`);
}

/** Logs in without a cookie. @returns the new session's token and public id */
export async function login(
  node: TestNode,
  user: string,
  name = user,
): Promise<{ token: string; id: string }> {
  const { token, reply } = await succeed(node, `/login?user=${user}&login=${name}`);
  if (!token || reply.id === undefined) throw new Error("A login brought no cookie.");
  return { token, id: reply.id };
}
