import { refuseUnknownOptions } from "../../core/option-errors.ts";
import { partsOf } from "../../parts.ts";
import { checkLimit } from "../throttle/bucket.ts";
import type { ThrottleOptions } from "./limits.ts";
import type { LoginOptions } from "./options.ts";

const KNOWN: ReadonlySet<string> = new Set<keyof LoginOptions<unknown>>([
  "sessions",
  "findUser",
  "findById",
  "userId",
  "passwordHash",
  "mayLogIn",
  "sessionData",
  "savePasswordHash",
  "nextStep",
  "passwords",
  "rules",
  "throttle",
  "trustedOrigins",
  "loginPath",
]);

const KNOWN_OF_THROTTLE: ReadonlySet<string> = new Set<keyof ThrottleOptions>([
  "account",
  "address",
  "store",
]);

/**
 * Checks what can be checked before anybody logs in.
 *
 * @throws SessionError `ERR_SESSION_CONFIG` for an option that there is not, as `mayLogin` would let
 *   everybody in, and for a limit that is none; TypeError for sessions that are none.
 */
export function checkLoginOptions<Account, T extends object>(options: LoginOptions<Account, T>): void {
  partsOf(options.sessions);
  refuseUnknownOptions(options, KNOWN, "createLogin");
  const { throttle = {} } = options;
  if (throttle === false) return;
  refuseUnknownOptions(throttle, KNOWN_OF_THROTTLE, "createLogin", "throttle.");
  const { account, address } = throttle;
  if (account !== undefined) checkLimit(account);
  if (address !== undefined && address !== false) checkLimit(address);
}
