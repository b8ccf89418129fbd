import type { Cipher, CryptoProvider } from "./core/crypto.ts";
import { createKeyring, type Keyring } from "./core/keyring.ts";

/** Keyrings kept at once; an application has one or two. */
const MAX_KEYRINGS = 64;

const keyrings = new Map<string, Keyring>();

/**
 * The keyring of a list of passwords and a cipher, by content: an application that hands in a fresh options object at
 * every call still derives its keys once.
 *
 * @throws SessionError `ERR_SESSION_PASSWORD`
 */
export function keyringOf(passwords: readonly string[], crypto: CryptoProvider, cipher: Cipher): Keyring {
  const content = cipher.version + JSON.stringify(passwords);
  const known = keyrings.get(content);
  if (known !== undefined) return known;
  const made = createKeyring(passwords, crypto, cipher);
  if (keyrings.size >= MAX_KEYRINGS) keyrings.clear();
  keyrings.set(content, made);
  return made;
}
