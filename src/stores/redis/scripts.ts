import { createHash } from "node:crypto";
import type { RedisConnection, Text } from "./client.ts";

/** A Lua script. @param args - Its ARGV. @returns the list that it returned, numbers as texts. */
export type RedisScript = (connection: RedisConnection, keys: string[], args: string[]) => Promise<string[]>;

/** Makes a script that is sent by its hash, and in full to a server that does not know it yet. */
function script(lua: string): RedisScript {
  const hash = createHash("sha1").update(lua).digest("hex");
  return async ({ client }, keys, args) => {
    const options = { keys, arguments: args };
    const answer = await client.evalSha(hash, options).catch((error: unknown) => {
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
      return client.eval(lua, options);
    });
    return (answer as Text[]).map((part) => part.toString());
  };
}

/**
 * Reads many records, "" where there is none. By a script, a client that reads from replicas or from a cache of its
 * own asks the primary all the same.
 */
export const readRecords: RedisScript = script(`
local kept = redis.call("MGET", unpack(KEYS))
for n = 1, #KEYS do kept[n] = kept[n] or "" end
return kept`);

/** ARGV: now, ttl, text. @returns ["1"], or ["0"] when a living record has the key. */
export const insertRecord: RedisScript = script(`
local kept = redis.call("GET", KEYS[1])
if kept then
  local expires = string.match(kept, "^%S+ %S+ (%S+)")
  if not expires or tonumber(expires) > tonumber(ARGV[1]) then return {0} end
end
redis.call("SET", KEYS[1], ARGV[3], "PX", ARGV[2])
return {1}`);

/**
 * Replaces many records, each by itself: an error of one is no other's. ARGV: now, channel, and for each key
 *
 * - mark and version, each with a blank behind it, that the record must begin with where the new one keeps its mark;
 *   else "", and then the record is taken apart to find out what becomes of it;
 * - how much of the record that takes: the index of the last octet;
 * - the version that the record must have;
 * - ttl, or "0" when the record is over;
 * - the text of the new record, which begins with a blank where its mark is not known;
 * - what to tell others.
 *
 * @returns for each key "0" when the record is gone or changed, "2" when it has to be indexed first (and a mark be
 * brought), "1" when it is done, "1", user and mark in three lines when that entry of that user's index is to be
 * removed now, "-" and what is wrong when Redis refuses.
 */
export const updateRecords: RedisScript = script(`
local now, channel = tonumber(ARGV[1]), ARGV[2]
local changed, told, answers = {}, {}, {}
local HEAD = "^(%S*) (%S+) (%S+) (%S+)\\n([^\\n]*)\\n"
local function errorOf(reply) return type(reply) == "table" and reply.err end
local function isOver(expires) return (tonumber(expires) or 0) <= now end
local function update(key, n, at)
  -- The record as a whole only where its user is long: Lua hashes every octet of a text that it is handed or makes.
  local kept = redis.pcall("GETRANGE", key, "0", ARGV[at + 1])
  if errorOf(kept) then return "-" .. kept.err end
  local begins, ttl, text = ARGV[at], ARGV[at + 3], ARGV[at + 4]
  local answer = "1"
  if begins ~= "" then
    if string.sub(kept, 1, #begins) ~= begins then return "0" end
    if isOver(string.match(kept, "^%S+", #begins + 1)) then return "0" end
  else
    local markBefore, version, expires, absolute, userBefore = string.match(kept, HEAD)
    if not version then
      kept = redis.pcall("GET", key) or ""
      if errorOf(kept) then return "-" .. kept.err end
      markBefore, version, expires, absolute, userBefore = string.match(kept, HEAD)
    end
    if version ~= ARGV[at + 2] or isOver(expires) then return "0" end
    local mark, _, _, limit, user = string.match(text, HEAD)
    if mark == "" then
      if userBefore ~= user then return "2" end
      if limit ~= absolute and tonumber(limit) > tonumber(absolute) then return "2" end
      text = markBefore .. text
    elseif mark ~= markBefore or user ~= userBefore then
      answer = "1\\n" .. userBefore .. "\\n" .. markBefore
    end
  end
  local done
  if ttl == "0" then done = redis.pcall("DEL", key) else done = redis.pcall("SET", key, text, "PX", ttl) end
  if errorOf(done) then return "-" .. done.err end
  changed[#changed + 1] = n
  told[#told + 1] = ARGV[at + 5]
  return answer
end
for n, key in ipairs(KEYS) do
  local answer = update(key, n, 6 * n - 3)
  -- A replica does nothing for anybody, and a Sentinel's client that is told so looks for the primary.
  -- Before Redis 7 an error begins with the place in the script.
  local readonly = string.match(answer, "^%-.-(READONLY[^\\r\\n]*)")
  if readonly then return redis.error_reply(readonly) end
  answers[n] = answer
end
if #told > 0 then
  local sent = redis.pcall("PUBLISH", channel, table.concat(told, "\\n"))
  if errorOf(sent) then for _, n in ipairs(changed) do answers[n] = "-" .. sent.err end end
end
return answers`);

/**
 * ARGV: channel, id, the user that the record must have or "" for any.
 *
 * @returns [] when nothing was removed, else [user, mark] of what was.
 */
export const deleteRecord: RedisScript = script(`
local kept = redis.call("GET", KEYS[1])
if not kept then return {} end
local mark, user = string.match(kept, "^(%S+) %S+ %S+ %S+\\n([^\\n]*)\\n")
if ARGV[3] ~= "" and user ~= ARGV[3] then return {} end
redis.call("DEL", KEYS[1])
redis.call("PUBLISH", ARGV[1], ARGV[2])
return {user or "", mark or "-"}`);

/**
 * ARGV: id, absoluteExpiresAt, ttl, the moment before which entries have had their day.
 *
 * @returns [mark] of the new entry: the time by this server's clock, with which no other's is compared; of
 * one id there is never a second one with the same mark, so that who removes the first does not remove the
 * second.
 */
export const addToIndex: RedisScript = script(`
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
export const readIndex: RedisScript = script(`return redis.call("ZRANGE", KEYS[1], 0, -1)`);

/** ARGV: the age in milliseconds from which an entry may be removed, 0 for any; the entries. */
export const removeFromIndex: RedisScript = script(`
local time = redis.call("TIME")
local latest = time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[1])
for n = 2, #ARGV do
  if tonumber(string.match(ARGV[n], " (%d+)$")) <= latest then redis.call("ZREM", KEYS[1], ARGV[n]) end
end
return {}`);
