import { userOf } from "../../lib/payloads.ts";
import { sample } from "../../lib/rows.ts";
import { postgresPool, redisClient } from "../../stages/connect.ts";
import { SECRET } from "../candidate.ts";
import { expressCookie } from "./express-cookie.ts";
import type { Reader } from "./reader.ts";

interface Store {
  readonly store: object;
  readonly end: () => Promise<unknown>;
}

// Packages are loaded where they are needed: most tasks do without express.

/** connect-redis. @param disableTouch - Its option: whether a read leaves the lifetime alone. */
export function connectRedis(disableTouch: boolean): Reader {
  return withStore(nameOf("connect-redis", disableTouch), async () => {
    const { RedisStore } = await import("connect-redis");
    const client = await redisClient();
    return { store: new RedisStore({ client, disableTouch }), end: () => client.close() };
  });
}

/** connect-pg-simple. Its timer that removes expired sessions is off. @param disableTouch - As of {@link connectRedis}. */
export function connectPostgres(disableTouch: boolean): Reader {
  return withStore(nameOf("connect-pg-simple", disableTouch), async () => {
    const { default: connect } = await import("connect-pg-simple");
    const PostgresStore = connect((await import("express-session")).default);
    const pool = postgresPool();
    const options = { pool, schemaName: "express", pruneSessionInterval: false, disableTouch } as const;
    return { store: new PostgresStore(options), end: () => pool.end() };
  });
}

/** The same application without a session: what express itself and this benchmark's request cost. */
export const bareExpress: Reader = {
  name: "express alone",
  async prepare() {
    const { application } = await import("./express-app.ts");
    const rows = sample();
    const ask = application((request) => userOf(Number(request.headers["x-row"])));
    return { rows, read: (n) => ask({ "x-row": String(rows[n]!) }), end: async () => {} };
  },
};

function nameOf(store: string, disableTouch: boolean): string {
  return disableTouch ? `express-session, ${store}, disableTouch` : `express-session, ${store}`;
}

function withStore(name: string, open: () => Promise<Store>): Reader {
  return {
    name,
    async prepare() {
      const { application } = await import("./express-app.ts");
      const { default: session } = await import("express-session");
      const rows = sample();
      const cookies = rows.map(expressCookie);
      const { store, end } = await open();
      const sessions = session({ store, secret: SECRET, resave: false, saveUninitialized: false });
      const ask = application((request) => request.session?.userId, sessions);
      return { rows, read: (n) => ask({ cookie: cookies[n]! }), end };
    },
  };
}
