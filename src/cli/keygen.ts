import { runtimeCrypto } from "../crypto/runtime.ts";
import type { Command } from "./command.ts";

const SECRET_BYTES = 32;

/** `coatcheck keygen`: a new password. */
export const keygen: Command = {
  name: "keygen",
  arguments: "",
  most: 0,
  summary: "make a password for SESSION_SECRET",
  about:
    "Prints 256 random bits in base64url, and nothing else. Keep them where the application finds\nthem as SESSION_SECRET, and in no repository.",
  options: {},
  async run(input, io) {
    const crypto = runtimeCrypto();
    const password = crypto.base64url(crypto.randomBytes(SECRET_BYTES));
    io.stdout.write(`${input.flag("json") ? JSON.stringify({ password }) : password}\n`);
    return 0;
  },
};
