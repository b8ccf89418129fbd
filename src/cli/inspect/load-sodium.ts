import { createRequire } from "node:module";
import { join } from "node:path";
import { sodiumCipher, type SessionCipher, type Sodium } from "../../sodium.ts";

/**
 * Finds libsodium among the packages of an application: coatcheck brings none.
 *
 * @param folder - A folder of the application.
 * @returns `undefined` where there is none, or none that works on this machine.
 */
export function loadSodium(folder: string): SessionCipher | undefined {
  try {
    return sodiumCipher(createRequire(join(folder, "inspect.js"))("sodium-native") as Sodium);
  } catch {
    return undefined;
  }
}
