import { SIZES } from "../lib/payloads.ts";
import type { Measured } from "../lib/report.ts";
import { cachedRead } from "./cached.ts";
import { cookieHeaders } from "./cookie-header.ts";
import { RECENT } from "./expectations.ts";
import { flood } from "./flood.ts";
import { growth } from "./growth.ts";
import { guarded } from "./guard.ts";
import { http } from "./http.ts";
import { anonymous, idle } from "./idle.ts";
import { liveSessions, longRun } from "./memory.ts";
import { modules, packed } from "./modules.ts";
import { CLAIMS, openAndSeal } from "./open-and-seal.ts";
import { perUser } from "./per-user.ts";
import { refuse } from "./refuse.ts";
import { wholeRequest } from "./request.ts";
import { rotation } from "./rotation.ts";
import { storedSessions } from "./stored.ts";
import { sweep } from "./sweep.ts";
import { visitors } from "./visitors.ts";

/** Everything that is measured, in this order. */
export const scenarios: readonly Measured[] = [
  ...openAndSeal(SIZES.small, CLAIMS),
  ...openAndSeal(SIZES.medium, []),
  ...openAndSeal(SIZES.large, []),
  ...wholeRequest(SIZES.small, RECENT.small),
  ...wholeRequest(SIZES.medium, RECENT.medium),
  ...wholeRequest(SIZES.large),
  visitors(SIZES.small),
  refuse(SIZES.small),
  refuse(SIZES.medium),
  refuse(SIZES.large),
  anonymous,
  idle(SIZES.small),
  cookieHeaders(SIZES.small),
  rotation(SIZES.small),
  guarded(SIZES.small),
  cachedRead(SIZES.small, true),
  cachedRead(SIZES.medium, false),
  ...storedSessions,
  ...http,
  flood,
  modules,
  packed,
  liveSessions,
  longRun,
  ...growth,
  perUser,
  sweep,
];
