import { createSessions } from "../../../../src/sessions.ts";
import { sqliteStore } from "../../../../src/stores/sqlite.ts";
import type { DatabaseStore } from "../../../../src/stores/store.ts";
import { cookieFor, testExchange } from "../../../../src/testing/exchange.ts";
import type { Hogwarts } from "./app.ts";

/** Makes sessions in the database of a running application: as good as logins, and much cheaper. */
export interface SessionMaker {
  /** @returns the `Cookie` header of a new session of this user. */
  cookieOf(userId: number): Promise<string>;
  /** Ends the session of such a cookie, as another process would. */
  revoke(cookie: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the store of an application's sessions. */
export function sessionMaker({ database, origin }: Pick<Hogwarts, "database" | "origin">): SessionMaker {
  const store: DatabaseStore = sqliteStore({ path: database });
  const sessions = createSessions<{ userId: number }>({ store, storeTimeout: 10 });
  return {
    cookieOf: (userId) => cookieFor(sessions, { userId }, origin),
    async revoke(cookie) {
      const { id } = await sessions.open(testExchange({ url: origin, cookie }));
      if (id === undefined || !(await sessions.revoke(id))) throw new Error("There is no such session.");
    },
    close: () => store.close(),
  };
}
