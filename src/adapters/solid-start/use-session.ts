import type { SessionOptions } from "../../options.ts";
import type { Session } from "../../session.ts";
import { sessionsOf } from "../../sessions-of.ts";
import type { Sessions } from "../../sessions.ts";
import { withExchange } from "./with-exchange.ts";

/**
 * The session of the request that is being answered.
 *
 * ```ts
 * const session = await useSession({ password: process.env.SESSION_SECRET });
 * const userId = session.data.userId;
 * ```
 *
 * @param sessions - What `createSessions` answered, or its options. Those without functions, store and schema may
 *   be a fresh object at every call; of others call `createSessions` once.
 * @typeParam T - The data. Without it, it is as loose as `any`.
 * @throws SessionError `ERR_SESSION_STORE`, with the answer's status set to 503; `ERR_SESSION_NO_REQUEST`,
 *   `ERR_SESSION_CONFIG`, `ERR_SESSION_PASSWORD`. A `Response`, 403 or 405, for what another site sent, where
 *   `protect` has not answered so already.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- without a type the data is as loose as h3's
export function useSession<T extends object = Record<string, any>>(
  sessions: Sessions<T> | SessionOptions<T>,
): Promise<Session<T>> {
  return withExchange((exchange) => sessionsOf(sessions).open(exchange));
}
