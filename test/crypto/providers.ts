import nodeCryptoModule from "node:crypto";
import sodium from "sodium-native";
import { vi } from "vitest";
import type { Cipher, CryptoProvider } from "../../src/core/crypto.ts";
import { nodeCrypto } from "../../src/crypto/node.ts";
import { sodiumAead } from "../../src/crypto/sodium.ts";
import { webCrypto } from "../../src/crypto/web.ts";

/** Every provider, for `describe.each`. */
export const providers: readonly { name: "node:crypto" | "WebCrypto"; provider: CryptoProvider }[] = [
  { name: "node:crypto", provider: nodeCrypto(nodeCryptoModule) },
  { name: "WebCrypto", provider: webCrypto(globalThis.crypto) },
];

/** What a sealer works with. */
export interface Ciphering {
  readonly crypto: CryptoProvider;
  readonly cipher: Cipher;
}

/** Every cipher, with the provider of all else, for `describe.each`. */
export const ciphers: readonly ({ name: string } & Ciphering)[] = [
  ...providers.map(({ name, provider }) => ({ name, crypto: provider, cipher: provider })),
  { name: "libsodium", crypto: providers[0]!.provider, cipher: sodiumAead(sodium) },
];

export type ProviderName = (typeof providers)[number]["name"];

/** A copy of `createSessions` that found this crypto when it was loaded, as on a runtime that has no other. */
export async function createSessionsOn(
  name: ProviderName,
): Promise<typeof import("../../src/sessions.ts").createSessions> {
  const builtin = vi.spyOn(process, "getBuiltinModule");
  if (name === "WebCrypto") builtin.mockReturnValue(undefined);
  vi.resetModules();
  try {
    const { runtimeCrypto } = await import("../../src/crypto/runtime.ts");
    if (runtimeCrypto().synchronous !== (name === "node:crypto")) throw new Error(`This is not ${name}.`);
    return (await import("../../src/sessions.ts")).createSessions;
  } finally {
    builtin.mockRestore();
    vi.resetModules();
  }
}

export const hex = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, "hex"));
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
export const base64urlOf = (octets: Uint8Array): string => Buffer.from(octets).toString("base64url");

/** Counts the calls of a provider and a cipher. */
export function counted({ crypto, cipher }: Ciphering): Ciphering & {
  calls: Record<"hkdf" | "importKey" | "open" | "seal", number>;
} {
  const calls = { hkdf: 0, importKey: 0, open: 0, seal: 0 };
  return {
    calls,
    crypto: {
      ...crypto,
      hkdf(...args) {
        calls.hkdf++;
        return crypto.hkdf(...args);
      },
    },
    cipher: {
      ...cipher,
      importKey(...args) {
        calls.importKey++;
        return cipher.importKey(...args);
      },
      open(...args) {
        calls.open++;
        return cipher.open(...args);
      },
      seal(...args) {
        calls.seal++;
        return cipher.seal(...args);
      },
    },
  };
}
