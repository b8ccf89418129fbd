import type { Cipher, CryptoProvider } from "./core/crypto.ts";
import { COOKIE_LIMIT } from "./core/cookie.ts";
import { chain, type MaybePromise } from "./core/maybe-promise.ts";
import { decodeRecord, encodeRecord, type SessionRecord } from "./core/record.ts";
import { createSealer, type SessionCipher } from "./core/seal.ts";
import { bodyLength, DAY_MS, utf8Length } from "./core/token.ts";
import { keyringOf } from "./keyrings.ts";
import { RecentTokens } from "./recent-tokens.ts";
import type { Keeper, Opened, RecordDraft, Written } from "./keeper.ts";

/** What sealed session tokens are for; a token of another purpose does not open as one. */
const PURPOSE = "session";
const ID_BYTES = 16;

/**
 * Keeps sessions in the cookie: the token is the record, sealed. There is nothing to look up, and for the
 * same reason nothing to revoke, and no way to notice that another request wrote at the same time.
 *
 * @throws SessionError `ERR_SESSION_PASSWORD`
 */
export function createSealedKeeper(options: {
  /** The first seals, all open. */
  readonly passwords: readonly string[];
  readonly crypto: CryptoProvider;
  /** Seals in place of the runtime's cipher, whose tokens open as well. @default the runtime's alone */
  readonly cipher?: SessionCipher | undefined;
  readonly name: string;
  /** The longest name that the cookie can have; name and value share the browser's limit. */
  readonly cookieName: string;
  /** Longest life of a session, in milliseconds. */
  readonly maxAge: number;
}): Keeper {
  const { crypto, cipher, passwords, name, maxAge } = options;
  const sealerOf = (one: Cipher) =>
    createSealer({ keyring: keyringOf(passwords, crypto, one), crypto, purpose: PURPOSE, name, maxAge });
  const sealer = cipher?.sealer(sealerOf, crypto) ?? sealerOf(crypto);
  const limit = COOKIE_LIMIT - options.cookieName.length;
  let recent = new RecentTokens();
  let recentDay = 0;

  /** @param tooLong - What to do with a record that does not fit into a cookie. */
  function write<Other>(
    record: SessionRecord,
    tooLong: (record: SessionRecord, length: number, limit: number) => MaybePromise<Other>,
  ): MaybePromise<Written | Other> {
    const text = encodeRecord(record);
    const sealedAt = record.lastSeenAt;
    return chain(sealer.prefix(sealedAt), (prefix) => {
      const length = prefix.length + bodyLength(sealer.keyring.cipher.nonceBytes, utf8Length(text));
      if (length > limit) return tooLong(record, length, limit);
      return chain(sealer.seal(text, sealedAt), (token): Written => ({ record, token }));
    });
  }

  const newId = () => crypto.base64url(crypto.randomBytes(ID_BYTES));

  const over = (previous: SessionRecord, next: RecordDraft): SessionRecord => ({
    ...next,
    id: previous.id,
    version: previous.version,
  });

  return {
    identity: sealer.keyring,
    synchronous: crypto.synchronous,
    inCookie: true,

    open(token, now) {
      const day = Math.floor(now / DAY_MS);
      // A sealer refuses the tokens of days too long ago: at midnight it is asked anew, so that every node
      // says the same.
      if (day !== recentDay) [recent, recentDay] = [new RecentTokens(), day];
      // The same when a cipher that takes its time has answered, be it after midnight.
      const tokens = recent;
      const known = tokens.get(token);
      if (known !== undefined) return known;
      return chain(sealer.open(token, now), (unsealed): Opened => {
        if ("failure" in unsealed) return { rejected: unsealed.failure };
        const record = decodeRecord(unsealed.text);
        if (record === undefined) return { rejected: "malformed" };
        tokens.note(token, record);
        return { record };
      });
    },
    create: (draft) => write({ ...draft, id: newId(), version: 1 }, refuse),
    update: (previous, next) => write(over(previous, next), refuse),
    // Another cipher's tokens are longer: who has a full cookie keeps it as it is, until the session ends.
    note: (previous, next) => write(over(previous, next), () => undefined),
    rotate: (_previous, next) => write({ ...next, id: newId(), version: 1 }, refuse),
    refresh: (record) => record,
    retire: () => true,
    end() {},
    takeTurn: () => () => {},
  };
}

/** The words for it are loaded with it: whoever writes waits anyway. */
async function refuse(record: SessionRecord, length: number, limit: number): Promise<never> {
  const { cookieTooLarge } = await import("./cookie-too-large.ts");
  throw cookieTooLarge(record, length, limit);
}
