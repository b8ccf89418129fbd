import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  randomBytes,
  randomFillSync,
  type KeyObject,
} from "node:crypto";
import type { Payload } from "../lib/payloads.ts";
import type { Candidate } from "./candidate.ts";

const NONCE = 12;
const TAG = 16;
const OPTIONS = { authTagLength: TAG } as const;

/**
 * The floor: base64url, AES-256-GCM under a KeyObject made once, UTF-8, and nothing else. No associated data, no
 * check of the token's form, no lifetime. The text is as long as the one that Coatcheck seals, head line included.
 */
export class BareCipher implements Candidate {
  readonly name: string;
  readonly inFlight = 1;
  readonly #parse: boolean;
  readonly #head: string;
  readonly #key: KeyObject = createSecretKey(randomBytes(32));
  readonly #scratch: Buffer = Buffer.alloc(8192);

  /**
   * @param head - What stands in front of the data, line break included, so that the bytes are as many.
   * @param parse - Whether `open` goes on to parse the JSON.
   */
  constructor(name: string, head: string, parse: boolean) {
    this.name = name;
    this.#head = head;
    this.#parse = parse;
  }

  seal(data: Payload): string {
    const nonce = randomFillSync(this.#scratch.subarray(0, NONCE));
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce, OPTIONS);
    const body = cipher.update(this.#head + JSON.stringify(data), "utf8");
    cipher.final();
    this.#scratch.set(body, NONCE);
    this.#scratch.set(cipher.getAuthTag(), NONCE + body.length);
    return this.#scratch.toString("base64url", 0, NONCE + body.length + TAG);
  }

  open(token: string): unknown {
    const text = this.#decipher(token);
    return this.#parse ? this.#dataOf(text).userId : text.length;
  }

  read(token: string): Payload {
    return this.#dataOf(this.#decipher(token));
  }

  #dataOf(text: string): Payload {
    return JSON.parse(text.slice(this.#head.length)) as Payload;
  }

  #decipher(token: string): string {
    const end = this.#scratch.write(token, "base64url") - TAG;
    const nonce = this.#scratch.subarray(0, NONCE);
    const decipher = createDecipheriv("aes-256-gcm", this.#key, nonce, OPTIONS);
    decipher.setAuthTag(this.#scratch.subarray(end, end + TAG));
    const text = decipher.update(this.#scratch.subarray(NONCE, end));
    decipher.final();
    return text.toString("utf8");
  }
}
