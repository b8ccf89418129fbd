import type { Cipher } from "./core/crypto.ts";
import { SessionError } from "./core/errors.ts";
import { refuseUnknownOptions } from "./core/option-errors.ts";
import type { SessionCipher } from "./core/seal.ts";
import { SODIUM_NONCE_BYTES, SODIUM_VERSION } from "./core/token.ts";
import { sodiumAead, type Sodium } from "./crypto/sodium.ts";

export type { SessionCipher } from "./core/seal.ts";
export type { Sodium } from "./crypto/sodium.ts";

/** Options of {@link sodiumCipher}. */
export interface SodiumCipherOptions {
  /**
   * `true`: opens what others have sealed with it, and leaves sealing to AES-256-GCM. For as long as not
   * every server has the cipher yet, and for when it is given up. @default false
   */
  readonly opensOnly?: boolean | undefined;
}

const KNOWN: ReadonlySet<string> = new Set<keyof SodiumCipherOptions>(["opensOnly"]);

/**
 * XChaCha20-Poly1305 by libsodium, for the option `cipher` of sealed sessions: a call into its native code
 * costs less than the cipher objects of node:crypto. Cookies sealed under AES-256-GCM open as well.
 *
 * ```ts
 * import sodium from "sodium-native";
 * createSessions({ password, cipher: sodiumCipher(sodium) });
 * ```
 *
 * @param sodium - The package `sodium-native`. It is tried out here, so that what is not it fails at the start.
 * @throws SessionError `ERR_SESSION_CONFIG`
 */
export function sodiumCipher(sodium: Sodium, options: SodiumCipherOptions = {}): SessionCipher {
  refuseUnknownOptions(options, KNOWN, "sodiumCipher");
  const { opensOnly = false } = options;
  if (typeof opensOnly !== "boolean")
    throw new SessionError("ERR_SESSION_CONFIG", "opensOnly of sodiumCipher must be true or false.");
  const cipher = triedOut(sodium);

  return {
    sealer(make, runtime) {
      const [sealer, other] = [make(cipher), make(runtime)];
      const isOurs = (token: string) => token.startsWith(SODIUM_VERSION);
      return {
        ...(opensOnly ? other : sealer),
        // The version alone says which cipher it is, and either sealer refuses what is not of its own.
        open: (token, now) => (isOurs(token) ? sealer : other).open(token, now),
      };
    },
  };
}

/**
 * @throws SessionError `ERR_SESSION_CONFIG`, when it does not seal as XChaCha20-Poly1305 does or opens what
 *   was changed.
 */
function triedOut(sodium: Sodium): Cipher<Uint8Array> {
  let cause: unknown;
  try {
    const cipher = sodiumAead(sodium);
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    const associated = key.slice(0, 3);
    const sealed = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX_a1uC_O66M1YzYt3nTDQTPRBNJnkB2zlAw";
    const changed = `${sealed.slice(0, -1)}A`;
    if (
      cipher.seal(key, key.slice(0, SODIUM_NONCE_BYTES), associated, "coatcheck") === sealed &&
      cipher.open(key, associated, sealed) === "coatcheck" &&
      cipher.open(key, associated, changed) === undefined
    )
      return cipher;
  } catch (error) {
    cause = error;
  }
  throw new SessionError(
    "ERR_SESSION_CONFIG",
    'sodiumCipher takes the package sodium-native, on Node: import sodium from "sodium-native".',
    { cause },
  );
}
