import { createCipheriv, createDecipheriv } from "node:crypto";

// XChaCha20-Poly1305 once more, as draft-irtf-cfrg-xchacha-03 describes it, so that a test need not take libsodium's word for it. The
// subkey is made here; the rest is ChaCha20-Poly1305 of node:crypto (RFC 8439).

const CIPHER = "chacha20-poly1305";
const TAG = { authTagLength: 16 } as const;
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;
const ROUNDS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

/** HChaCha20 of section 2.2: 32 octets out of a key of 32 and a nonce of 16. */
export function hchacha20(key: Uint8Array, nonce: Uint8Array): Buffer {
  const words = (octets: Uint8Array) => {
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    return Array.from({ length: octets.length / 4 }, (_, i) => view.getUint32(4 * i, true));
  };
  const state = Uint32Array.from([...CONSTANTS, ...words(key), ...words(nonce)]);
  const step = (a: number, b: number, d: number, bits: number) => {
    state[a]! += state[b]!;
    const mixed = state[d]! ^ state[a]!;
    state[d] = (mixed << bits) | (mixed >>> (32 - bits));
  };
  for (let double = 0; double < 10; double++)
    for (const [a, b, c, d] of ROUNDS) {
      step(a, b, d, 16);
      step(c, d, b, 12);
      step(a, b, d, 8);
      step(c, d, b, 7);
    }
  const subkey = Buffer.alloc(32);
  for (const [i, word] of [0, 1, 2, 3, 12, 13, 14, 15].entries()) subkey.writeUInt32LE(state[word]!, 4 * i);
  return subkey;
}

/** Four octets of zero and the last eight of the nonce. */
function shortNonce(nonce: Uint8Array): Buffer {
  return Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]);
}

/** Ciphertext and tag. */
export function sealXChaCha(
  key: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
  plaintext: Uint8Array,
): Buffer {
  const subkey = hchacha20(key, nonce.subarray(0, 16));
  const cipher = createCipheriv(CIPHER, subkey, shortNonce(nonce), TAG);
  cipher.setAAD(associated, { plaintextLength: plaintext.length });
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error when the tag does not match. */
export function openXChaCha(
  key: Uint8Array,
  nonce: Uint8Array,
  associated: Uint8Array,
  sealed: Uint8Array,
): Buffer {
  const subkey = hchacha20(key, nonce.subarray(0, 16));
  const decipher = createDecipheriv(CIPHER, subkey, shortNonce(nonce), TAG);
  decipher.setAAD(associated, { plaintextLength: sealed.length - 16 });
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}
