import type { RedisConnection, RedisPrimary, Text } from "./client.ts";
import type { StoreFinding } from "../store.ts";

const MAX_SKEW_MS = 5000;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/;
const PERSIST =
  "Set `appendonly yes` and `appendfsync always` (or, if some seconds may be lost, `everysec`) in redis.conf.";
const KEEP = "Set `maxmemory-policy noeviction`, and a maxmemory that the sessions fit into.";

/** What was read of a server; `undefined` where it does not say. */
interface ServerState {
  readonly version: string | undefined;
  readonly aof: boolean | undefined;
  readonly appendfsync: string | undefined;
  readonly policy: string | undefined;
  readonly time: number | undefined;
  readonly replicas: number;
  readonly encrypted: boolean | undefined;
}

/** Looks at every primary. @param url - Where the client was made from one. @throws when one does not answer. */
export async function findingsOf(
  connection: RedisConnection,
  now: () => number,
  url: string | undefined,
): Promise<StoreFinding[]> {
  const nodes = await connection.primaries();
  const states = await Promise.all(nodes.map((node) => stateOf(node, url)));
  const all = states.flatMap((state) => [...durability(state), ...surroundings(state, now())]);
  const reached =
    states.length === 1 ? "Redis answers." : `All ${states.length} primaries of the cluster answer.`;
  const own: StoreFinding[] = [{ level: "ok", message: reached }, ...all];
  if (connection.kind === "cluster")
    own.push({
      level: "warning",
      message:
        "In a cluster a change can be lost on its way to another node, so a cache may learn of it late.",
      fix: "Keep the cache's maxAge as short as a revocation may take, or use a single node or Sentinel.",
    });
  return distinct(own);
}

/** What of these findings a developer has to hear without asking. */
export async function lossesOf(connection: RedisConnection): Promise<StoreFinding[]> {
  const states = await Promise.all((await connection.primaries()).map((node) => stateOf(node, undefined)));
  return distinct(states.flatMap(durability)).filter(({ level }) => level === "error");
}

/** Every primary of a cluster has mostly the same to say. */
function distinct(findings: readonly StoreFinding[]): StoreFinding[] {
  return [...new Map(findings.map((finding) => [finding.message, finding])).values()];
}

function durability({ aof, appendfsync, policy }: ServerState): StoreFinding[] {
  return [persistence(aof, appendfsync), eviction(policy)];
}

function persistence(aof: boolean | undefined, appendfsync: string | undefined): StoreFinding {
  if (aof === undefined)
    return {
      level: "warning",
      message: "Redis does not tell whether it keeps an append-only file.",
      fix: "Ask who runs it whether acknowledged writes survive a crash.",
    };
  if (!aof)
    return {
      level: "error",
      message:
        "Redis keeps no append-only file: after a crash it forgets what it has acknowledged, so ended and revoked sessions come back and logins are lost.",
      fix: PERSIST,
    };
  if (appendfsync === "always")
    return { level: "ok", message: "Redis keeps what it acknowledges (appendfsync always)." };
  if (appendfsync === "no")
    return {
      level: "error",
      message:
        "Redis leaves its append-only file to the operating system (appendfsync no): a crash of the machine can undo half a minute of logins, logouts and revocations.",
      fix: PERSIST,
    };
  if (appendfsync === "everysec")
    return {
      level: "warning",
      message:
        "Redis can forget up to two seconds of logins, logouts and revocations when it crashes (appendfsync everysec).",
      fix: "Set `appendfsync always` if a revocation must survive that.",
    };
  return {
    level: "warning",
    message: "Redis keeps an append-only file but does not tell how often it is written to disk.",
    fix: "Ask who runs it for `appendfsync always`.",
  };
}

function eviction(policy: string | undefined): StoreFinding {
  if (policy === "noeviction") return { level: "ok", message: "Redis evicts nothing." };
  if (policy === undefined)
    return {
      level: "warning",
      message: "Redis does not tell what it evicts when memory is full.",
      fix: KEEP,
    };
  return {
    level: "error",
    message: `Redis throws sessions and indexes away when memory is full (maxmemory-policy ${policy}): users are logged out, and ending all sessions of a user can miss some.`,
    fix: KEEP,
  };
}

function surroundings({ version, time, replicas, encrypted }: ServerState, now: number): StoreFinding[] {
  const findings: StoreFinding[] = [];
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  if (version !== undefined && (major < 6 || (major === 6 && minor < 2)))
    findings.push({
      level: "error",
      message: `Redis ${version} is older than 6.2.`,
      fix: "Update Redis to 6.2 or later.",
    });
  else findings.push({ level: "ok", message: `The version is ${version ?? "not told"}.` });

  const skew = time === undefined ? 0 : Math.round((time - now) / 1000);
  if (Math.abs(skew) * 1000 > MAX_SKEW_MS)
    findings.push({
      level: "warning",
      message: `The clock of Redis is ${Math.abs(skew)} seconds ${skew > 0 ? "ahead of" : "behind"} this machine's.`,
      fix: "Synchronise the clocks of all machines (NTP).",
    });
  if (replicas > 0)
    findings.push({
      level: "warning",
      message: `Redis has ${replicas} ${replicas === 1 ? "replica" : "replicas"}, which follow asynchronously: a failover can undo the last acknowledged logouts and revocations.`,
      fix: "Set `min-replicas-to-write 1` and a small `min-replicas-max-lag` to bound how much, and end sessions again that were revoked during a failover.",
    });
  if (encrypted === false)
    findings.push({
      level: "warning",
      message: "The connection to Redis leaves this machine without TLS.",
      fix: "Use a rediss:// address.",
    });
  return findings;
}

async function stateOf(node: RedisPrimary, url: string | undefined): Promise<ServerState> {
  const info = parseInfo(((await node.info()) as Text).toString());
  const flag = info.get("aof_enabled");
  const micros = Number(info.get("server_time_usec"));
  return {
    version: info.get("redis_version"),
    aof: flag === undefined ? undefined : flag === "1",
    appendfsync: await setting(node, "appendfsync"),
    policy: info.get("maxmemory_policy") ?? (await setting(node, "maxmemory-policy")),
    time: micros > 0 ? micros / 1000 : undefined,
    replicas: Number(info.get("connected_slaves") ?? 0),
    encrypted: isEncrypted(node, url),
  };
}

/** @returns `undefined` where the server does not let everybody ask, as hosted ones do not. */
async function setting(node: RedisPrimary, name: string): Promise<string | undefined> {
  try {
    const answer = (await node.configGet(name)) as Map<string, Text> | Text[] | Record<string, Text>;
    const value = Array.isArray(answer) ? answer[1] : answer instanceof Map ? answer.get(name) : answer[name];
    return value === undefined ? undefined : value.toString();
  } catch {
    return undefined;
  }
}

function parseInfo(text: string): Map<string, string> {
  return new Map(
    text.split("\r\n").flatMap((line): [string, string][] => {
      const at = line.indexOf(":");
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)]];
    }),
  );
}

/** @returns whether nobody on the way can read along; `undefined` when the client does not tell. */
function isEncrypted(node: RedisPrimary, url: string | undefined): boolean | undefined {
  if (url !== undefined) {
    const { protocol, hostname } = new URL(url);
    return protocol === "rediss:" || LOOPBACK.test(hostname);
  }
  const socket = node.options?.socket;
  if (socket?.host === undefined) return undefined;
  return socket.tls === true || LOOPBACK.test(socket.host);
}
