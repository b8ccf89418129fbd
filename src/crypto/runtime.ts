import type { CryptoProvider } from "../core/crypto.ts";
import { SessionError } from "../core/errors.ts";
import { nodeCrypto } from "./node.ts";
import { webCrypto } from "./web.ts";

let provider: CryptoProvider | undefined;

/**
 * The crypto of the runtime that this runs on: node:crypto where there is one (Node, Bun, Deno, workers
 * with Node compatibility), WebCrypto elsewhere.
 *
 * @throws SessionError `ERR_SESSION_CONFIG` on a runtime that has neither.
 */
export function runtimeCrypto(): CryptoProvider {
  if (provider !== undefined) return provider;
  // Asked for at run time, not imported: the same build then serves every runtime and bundler.
  const builtin = globalThis.process?.getBuiltinModule?.("node:crypto");
  if (builtin !== undefined) return (provider = nodeCrypto(builtin) as CryptoProvider);
  if (globalThis.crypto?.subtle !== undefined)
    return (provider = webCrypto(globalThis.crypto) as CryptoProvider);
  throw new SessionError("ERR_SESSION_CONFIG", "This runtime has neither node:crypto nor WebCrypto.");
}
