import { redisStore } from "coatcheck/stores/redis";
import { startRedis } from "../../test/support/redis.ts";
import { expressSession } from "../candidates/stored/express-cookie.ts";
import { idOf, inChunks, makeData, tokenOf } from "../lib/rows.ts";
import type { Stage } from "../lib/stage.ts";
import { bareKey, redisClient } from "./connect.ts";
import { fill } from "./fill.ts";

/** A server of its own that writes to the disk before it answers, with the keys of all candidates. */
export const redis: Stage = {
  name: "redis",
  async start(rows) {
    const server = await startRedis({ appendonly: "always" });
    try {
      process.env["BENCH_REDIS"] = server.url;
      const client = await redisClient();
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
      const version = /redis_version:(\S+)/.exec(await client.info("server"))![1];
      await client.close();
      return {
        version: `Redis ${version}`,
        variables: { BENCH_REDIS: server.url },
        pid: server.pid(),
        stop: () => server.stop(),
      };
    } catch (error) {
      await server.stop();
      throw error;
    }
  },
};
