import { refuseUnknownOptions, requireFunction, wrongOption } from "../../core/option-errors.ts";
import { MAX_NAME_LENGTH } from "../../options.ts";
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

/** What stands behind the sessions' name in that of the sessions of known devices. */
export const DEVICE_SUFFIX = "-device";

/**
 * Checks what can be checked before anybody logs in.
 *
 * @throws SessionError `ERR_SESSION_CONFIG` for an option that there is not, as `mayLogin` would let
 *   everybody in, for a limit that is none, for sessions that are none, and for a name that is too long.
 */
export function checkLoginOptions<Account, T extends object>(options: LoginOptions<Account, T>): void {
  partsOf(options.sessions);
  refuseUnknownOptions(options, KNOWN, "createLogin");
  requireFunction(options, "findUser", "createLogin");
  const longest = MAX_NAME_LENGTH - DEVICE_SUFFIX.length;
  if (options.sessions.name.length > longest)
    throw wrongOption(
      `name must be at most ${longest} characters for createLogin, which adds ${DEVICE_SUFFIX}`,
    );
  const { throttle = {} } = options;
  if (throttle === false) return;
  refuseUnknownOptions(throttle, KNOWN_OF_THROTTLE, "createLogin", "throttle.");
  const { account, address } = throttle;
  if (account !== undefined) checkLimit(account);
  if (address !== undefined && address !== false) checkLimit(address);
}
