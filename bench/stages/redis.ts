import { redisStore } from "coatcheck/stores/redis";
import { startRedis } from "../../test/support/redis.ts";
import { expressSession } from "../candidates/stored/express-cookie.ts";
import { idOf, inChunks, makeData, tokenOf } from "../lib/rows.ts";
import type { Stage } from "../lib/stage.ts";
import { bareKey, redisClient } from "./connect.ts";
import { fill } from "./fill.ts";
import { filled } from "./filled.ts";

/** For reads. Some candidates touch what they read, and need not wait for the disk to be told so: it is told once a second, as by default. */
export const redisReads: Stage = redisStage("redis, appendfsync everysec", "everysec");

/** For durable writes: it writes to the disk before it answers. */
export const redisWrites: Stage = redisStage("redis, appendfsync always", "always");

/** A server of its own, with the keys of all candidates. */
function redisStage(name: string, appendonly: "everysec" | "always"): Stage {
  return {
    name,
    async start(rows) {
      return filled(
        await startRedis({ appendonly }),
        "BENCH_REDIS",
        async (url) => `Redis ${await fillAll(url, rows)}, appendfsync ${appendonly}`,
      );
    },
  };
}

/** @returns which version it is. */
async function fillAll(url: string, rows: number): Promise<string> {
  const client = await redisClient(url);
  const store = redisStore({ client });
  await store.migrate();
  await fill(store, rows);
  await store.close();
  await inChunks(rows, (chunk) =>
    Promise.all(
      chunk.flatMap((row) => [
        client.set(bareKey(idOf(row)), JSON.stringify(makeData(row))),
        client.set(`sess:${tokenOf(row)}`, JSON.stringify(expressSession(row)), {
          expiration: { type: "EX", value: 86_400 },
        }),
      ]),
    ),
  );
  const version = /redis_version:(\S+)/.exec(await client.info("server"))![1]!;
  await client.close();
  return version;
}
