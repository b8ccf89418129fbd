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
  local expires = string.match(kept, "^[^\\n]*\\n%S+ %S+ (%S+)")
  if not expires or tonumber(expires) > tonumber(ARGV[1]) then return {0} end
end
redis.call("SET", KEYS[1], ARGV[3], "PX", ARGV[2])
return {1}`);

/**
 * Replaces many records, each by itself: an error of one is no other's. ARGV: now, channel, and for each key
 *
 * - user, mark and version as the record is thought to begin with them, up to the blank behind the version: where it
 *   does, the new text keeps user and mark and is set as it is; where it does not, or for "", the record is taken apart;
 * - how much of the record that takes: the index of the last octet;
 * - the version that the record must have;
 * - ttl, or "0" when the record is over;
 * - the text of the new record, with nothing in place of a mark that is not known; "" when the record is over;
 * - what to tell others.
 *
 * @returns for each key "0" when the record is gone or changed, "2" when it has to be indexed first (and a mark be
 * brought), "1" when it is done, "1", user and mark in three lines when that entry of that user's index is to be
 * removed now, "-" and what is wrong when Redis refuses.
 */
export const updateRecords: RedisScript = script(`
local now, channel = tonumber(ARGV[1]), ARGV[2]
local changed, told, answers = {}, {}, {}
-- Of what is kept, and of a new text, whose mark may not be known yet.
local HEAD = "^([^\\n]*)\\n(%S*) (%S+) (%S+) (%S+)\\n"
local function errorOf(reply) return type(reply) == "table" and reply.err end
local function numberOf(text) return tonumber(text) or 0 end
local function update(key, n, at)
  local begins, ttl, text = ARGV[at], ARGV[at + 3], ARGV[at + 4]
  -- No more than it takes: Lua hashes every octet of a text that it is handed or makes.
  local kept = redis.pcall("GETRANGE", key, "0", ARGV[at + 1])
  if errorOf(kept) then return "-" .. kept.err end
  local answer = "1"
  if begins ~= "" and string.sub(kept, 1, #begins) == begins then
    if numberOf(string.match(kept, "^(%S+) ", #begins + 1)) <= now then return "0" end
  else
    local userBefore, markBefore, version, expires, absolute = string.match(kept, HEAD)
    if not version then
      kept = redis.pcall("GET", key) or ""
      if errorOf(kept) then return "-" .. kept.err end
      userBefore, markBefore, version, expires, absolute = string.match(kept, HEAD)
    end
    if version ~= ARGV[at + 2] or numberOf(expires) <= now then return "0" end
    local entryBefore = "1\\n" .. userBefore .. "\\n" .. markBefore
    if ttl == "0" then
      answer = entryBefore
    else
      local user, mark, _, _, limit = string.match(text, HEAD)
      if mark == "" or begins ~= "" and user ~= "" then
        -- Not known, or no longer right.
        if userBefore ~= user then return "2" end
        if limit ~= absolute and numberOf(limit) > numberOf(absolute) then return "2" end
        text = user .. "\\n" .. markBefore .. string.sub(text, #user + #mark + 2)
      elseif mark ~= markBefore or user ~= userBefore then
        answer = entryBefore
      end
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
local user, mark = string.match(kept, "^([^\\n]*)\\n(%S+) ")
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
