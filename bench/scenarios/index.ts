import { SIZES } from "../lib/payloads.ts";
import type { Scenario } from "../lib/scenario.ts";
import { forged } from "./forged.ts";
import { idle } from "./idle.ts";
import { CLAIMS, openAndSeal } from "./open-and-seal.ts";
import { wholeRequest } from "./request.ts";
import { storedSessions } from "./stored.ts";

/** Everything that is measured, in this order. */
export const scenarios: readonly Scenario[] = [
  ...openAndSeal(SIZES.small, CLAIMS),
  ...openAndSeal(SIZES.medium, []),
  ...openAndSeal(SIZES.large, []),
  ...wholeRequest(SIZES.small),
  ...wholeRequest(SIZES.medium),
  forged(SIZES.small),
  idle(SIZES.small),
  ...storedSessions,
];
