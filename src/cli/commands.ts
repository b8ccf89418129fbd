import { audit } from "./audit.ts";
import type { Command } from "./command.ts";
import { doctor } from "./doctor.ts";
import { inspect } from "./inspect.ts";
import { keygen } from "./keygen.ts";
import { list } from "./list.ts";
import { migrate } from "./migrate.ts";
import { revoke } from "./revoke.ts";
import { sweep } from "./sweep.ts";

/** All commands, in the order of the help. */
export const COMMANDS: readonly Command[] = [keygen, inspect, list, revoke, sweep, migrate, doctor, audit];
