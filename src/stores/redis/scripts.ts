import { createHash } from "node:crypto";
import type { RedisConnection, Text } from "./client.ts";

/** Makes a script that is sent by its hash, and in full to a server that does not know it yet. */
function script(lua: string) {
  const hash = createHash("sha1").update(lua).digest("hex");
  return async ({ client }: RedisConnection, keys: string[], args: string[]): Promise<unknown> => {
    const options = { keys, arguments: args };
    return client.evalSha(hash, options).catch((error: unknown) => {
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
      return client.eval(lua, options);
    });
  };
}

/** A Lua script for a user's index. @param args - Its ARGV. @returns the texts that it returned. */
export type IndexScript = (connection: RedisConnection, key: string, args: string[]) => Promise<string[]>;

function indexScript(lua: string): IndexScript {
  const run = script(lua);
  return async (connection, key, args) =>
    ((await run(connection, [key], args)) as Text[]).map((part) => part.toString());
}

/** What a script is to do with one record's key. */
export interface RecordCall {
  readonly key: string;
  /** As many for each call of a script. */
  readonly args: readonly string[];
}

/** A Lua script for the keys of many records. @returns the texts that each call returned, or the error that it ended with. */
export type RecordScript = (
  connection: RedisConnection,
  calls: readonly RecordCall[],
) => Promise<(string[] | Error)[]>;

/** What a failed call answers instead of a list of its own. */
const FAILED = "!";

/**
 * Makes a script that does one thing with each of its keys. What it cannot do with one is no reason to leave the others. But
 * when it fails with all of them, or the server takes no writes at all, the error is the script's, with the code that clients act on: that of
 * a Sentinel looks for the new primary.
 *
 * @param lua - The body of a function of `key` and `args`, its ARGV.
 */
function recordScript(lua: string): RecordScript {
  const run = script(`
local function one(key, args)${lua}
end
local each = #ARGV / #KEYS
local answers, failures = {}, 0
for n, key in ipairs(KEYS) do
  local args = {}
  for i = 1, each do args[i] = ARGV[(n - 1) * each + i] end
  local done, answer = pcall(one, key, args)
  if not done then
    local message = type(answer) == "table" and answer.err or tostring(answer)
    failures = failures + 1
    if failures == #KEYS or string.find(message, "^READONLY") then return redis.error_reply(message) end
    answer = {"${FAILED}", message}
  end
  answers[n] = answer
end
return answers`);
  return async (connection, calls) => {
    const answers = await run(
      connection,
      calls.map(({ key }) => key),
      calls.flatMap(({ args }) => args),
    );
    return (answers as Text[][]).map((answer) => {
      const texts = answer.map((part) => part.toString());
      return texts[0] === FAILED ? new Error(texts[1]) : texts;
    });
  };
}

/** Reads a record, as [] or [text]. By a script, a client that reads from replicas asks the primary all the same. */
export const readRecords: RecordScript = recordScript(`
  local kept = redis.call("GET", key)
  return kept and {kept} or {}`);

/** args: now, ttl, then the lines: head, user, body. @returns ["1"], or ["0"] when a living record has the key. */
export const insertRecords: RecordScript = recordScript(`
  local kept = redis.call("GET", key)
  if kept then
    local expires = string.match(kept, "^%S+ (%S+)")
    if not expires or tonumber(expires) > tonumber(args[1]) then return {0} end
  end
  redis.call("SET", key, args[3] .. "\\n" .. args[4] .. "\\n" .. args[5], "PX", args[2])
  return {1}`);

/**
 * args: expected version, now, ttl, version, expiresAt, absoluteExpiresAt, mark or "", user, body, channel, id.
 *
 * @returns ["0"] when the record is gone or changed, ["2"] when it has to be indexed first (and a mark be brought),
 * ["1"] when it is done, ["1", user, mark] when that entry of that user's index is to be removed now.
 */
export const updateRecords: RecordScript = recordScript(`
  local kept = redis.call("GET", key)
  if not kept then return {0} end
  local version, expires, absolute, mark, user = string.match(kept, "^(%S+) (%S+) (%S+) (%S+)\\n([^\\n]*)\\n")
  if version ~= args[1] or tonumber(expires) <= tonumber(args[2]) then return {0} end
  if tonumber(args[5]) <= tonumber(args[2]) then
    redis.call("DEL", key)
    redis.call("PUBLISH", args[10], args[11])
    return {1, user, mark}
  end
  local nextMark = args[7]
  if args[8] == "" then
    nextMark = "-"
  elseif nextMark == "" then
    if user ~= args[8] or tonumber(args[6]) > tonumber(absolute) then return {2} end
    nextMark = mark
  end
  local head = args[4] .. " " .. args[5] .. " " .. args[6] .. " " .. nextMark
  redis.call("SET", key, head .. "\\n" .. args[8] .. "\\n" .. args[9], "PX", args[3])
  redis.call("PUBLISH", args[10], args[11] .. " " .. args[4])
  if nextMark ~= mark or user ~= args[8] then return {1, user, mark} end
  return {1}`);

/**
 * args: channel, id, the user that the record must have or "" for any.
 *
 * @returns [] when nothing was removed, else [user, mark] of what was.
 */
export const deleteRecords: RecordScript = recordScript(`
  local kept = redis.call("GET", key)
  if not kept then return {} end
  local mark, user = string.match(kept, "^%S+ %S+ %S+ (%S+)\\n([^\\n]*)\\n")
  if args[3] ~= "" and user ~= args[3] then return {} end
  redis.call("DEL", key)
  redis.call("PUBLISH", args[1], args[2])
  return {user or "", mark or "-"}`);

/**
 * ARGV: id, absoluteExpiresAt, ttl, the moment before which entries have had their day.
 *
 * @returns [mark] of the new entry: the time by this server's clock, with which no other's is compared; of one id there is
 * never a second one with the same mark, so that who removes the first does not remove the second.
 */
export const addToIndex: IndexScript = indexScript(`
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", ARGV[4])
local time = redis.call("TIME")
local moment = time[1] * 1000 + math.floor(time[2] / 1000)
local mark
repeat
  mark = string.format("%.0f", moment)
  moment = moment + 1
until redis.call("ZADD", KEYS[1], "NX", ARGV[2], ARGV[1] .. " " .. mark) == 1
if redis.call("PTTL", KEYS[1]) < tonumber(ARGV[3]) then redis.call("PEXPIRE", KEYS[1], ARGV[3]) end
return {mark}`);

/** @returns every entry as "id mark". */
export const readIndex: IndexScript = indexScript(`return redis.call("ZRANGE", KEYS[1], 0, -1)`);

/** ARGV: the age in milliseconds from which an entry may be removed, 0 for any; the entries. */
export const removeFromIndex: IndexScript = indexScript(`
local time = redis.call("TIME")
local latest = time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[1])
for n = 2, #ARGV do
  if tonumber(string.match(ARGV[n], " (%d+)$")) <= latest then redis.call("ZREM", KEYS[1], ARGV[n]) end
end
return {}`);
