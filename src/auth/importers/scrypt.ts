import { SessionError } from "../../core/errors.ts";
import { isEqual } from "../is-equal.ts";
import { encodePassword } from "../password-text.ts";
import { notSuchHash, type PasswordImporter } from "./importer.ts";

const FORMAT = /^([0-9a-f]{32}):([0-9a-f]{128})$/;
const KEY_BYTES = 64;
/** 32 MiB and what OpenSSL wants beside it, beyond its own bound. */
const COST = { N: 16_384, r: 16, p: 1, maxmem: 64 * 1024 * 1024 };

/**
 * Reads Better Auth's hashes, `<salt>:<key>` in hexadecimal: scrypt with N = 16384, r = 16, p = 1 over the password in
 * normal form KC, salted with the salt's digits as text. Needs node:crypto; a hash has no costs of its own.
 *
 * @see RFC 7914
 */
export function scryptHashes(): PasswordImporter {
  return {
    matches: (stored) => FORMAT.test(stored),
    async verify(stored, password) {
      const match = FORMAT.exec(stored);
      if (match === null) throw notSuchHash();
      const computed = await scrypt(encodePassword(password.normalize("NFKC")), match[1]!);
      return isEqual(computed, fromHex(match[2]!));
    },
  };
}

function scrypt(password: Uint8Array, salt: string): Promise<Uint8Array> {
  const crypto = globalThis.process?.getBuiltinModule?.("node:crypto");
  if (crypto?.scrypt === undefined)
    throw new SessionError("ERR_SESSION_HASHER", "There is no scrypt here: it needs node:crypto.");
  return new Promise((resolve, reject) => {
    crypto.scrypt(password, salt, KEY_BYTES, COST, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g)!, (digits) => Number.parseInt(digits, 16));
}
