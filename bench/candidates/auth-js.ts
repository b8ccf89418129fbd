import { decode, encode } from "@auth/core/jwt";
import { IN_FLIGHT, SECRET, type Candidate } from "./candidate.ts";

/** The name of its cookie, which it derives a key from for every token. */
const salt = "authjs.session-token";

/** Auth.js' own `encode` and `decode` of sessions in a cookie. */
export const authJs: Candidate = {
  name: "@auth/core, encode and decode",
  inFlight: IN_FLIGHT,
  slow: true,
  seal: (data) => encode({ token: { ...data }, secret: SECRET, salt }),
  open: async (token) => (await claimsOf(token))?.["userId"],
  async read(token) {
    const { iat: _iat, exp: _exp, jti: _jti, ...data } = (await claimsOf(token)) ?? {};
    return data;
  },
};

async function claimsOf(token: string): Promise<Record<string, unknown> | undefined> {
  try {
    return (await decode({ token, secret: SECRET, salt })) ?? undefined;
  } catch {
    return undefined;
  }
}
