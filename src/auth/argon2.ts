import { SessionError } from "../core/errors.ts";
import type { Argon2Parameters } from "./phc.ts";

/** Computes an argon2id hash outside of the event loop. */
export type Argon2 = (
  password: Uint8Array,
  salt: Uint8Array,
  length: number,
  parameters: Argon2Parameters,
) => Promise<Uint8Array>;

let implementation: Promise<Argon2> | undefined;

/**
 * Finds the argon2id of this runtime: `@node-rs/argon2` where it is installed, otherwise that of node:crypto
 * (from Node 24.7).
 *
 * @throws SessionError `ERR_SESSION_HASHER` when there is neither.
 * @see RFC 9106
 */
export function loadArgon2(): Promise<Argon2> {
  return (implementation ??= import("@node-rs/argon2").then(fromNodeRs, fromNodeCrypto));
}

function fromNodeRs({ hashRaw }: typeof import("@node-rs/argon2")): Argon2 {
  // 2 is Algorithm.Argon2id; the enum is a type only.
  return (password, salt, outputLen, { memory, passes, parallelism }) =>
    hashRaw(password, { algorithm: 2, salt, outputLen, memoryCost: memory, timeCost: passes, parallelism });
}

function fromNodeCrypto(): Argon2 {
  const argon2 = globalThis.process?.getBuiltinModule?.("node:crypto")?.argon2;
  if (argon2 === undefined)
    throw new SessionError(
      "ERR_SESSION_HASHER",
      "There is no argon2id here: install @node-rs/argon2, or use Node 24.7 or newer.",
    );
  return (message, nonce, tagLength, parameters) =>
    new Promise((resolve, reject) => {
      argon2("argon2id", { message, nonce, tagLength, ...parameters }, (error, hash) => {
        if (error === null || error === undefined) resolve(hash);
        else reject(error);
      });
    });
}
