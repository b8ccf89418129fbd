import { CompactEncrypt, compactDecrypt } from "jose";
import { createHash } from "node:crypto";
import type { Payload } from "../lib/payloads.ts";
import { IN_FLIGHT, SECRET, type Candidate } from "./candidate.ts";

const header = { alg: "dir", enc: "A256GCM" };
const algorithms = { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: ["A256GCM"] };
const encoder = new TextEncoder();
const decoder = new TextDecoder();

const secret = createHash("sha256").update(SECRET).digest();
const key = await crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["encrypt", "decrypt"]);

/** A JWE of the JSON, encrypted with the key itself, which is imported once. There is no lifetime in it. */
export const jose: Candidate = {
  name: "jose, JWE with A256GCM",
  inFlight: IN_FLIGHT,
  seal: (data) =>
    new CompactEncrypt(encoder.encode(JSON.stringify(data))).setProtectedHeader(header).encrypt(key),
  open: async (token) => (await read(token))?.userId,
  read,
};

async function read(token: string): Promise<Payload | undefined> {
  try {
    const { plaintext } = await compactDecrypt(token, key, algorithms);
    return JSON.parse(decoder.decode(plaintext)) as Payload;
  } catch {
    return undefined;
  }
}
