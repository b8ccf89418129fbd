import type { CryptoProvider } from "../core/crypto.ts";
import { NO_DATA } from "../content.ts";
import type { DataTemplate } from "../core/frozen-data.ts";
import { isSessionError } from "../core/errors.ts";
import { chain, type MaybePromise } from "../core/maybe-promise.ts";
import type { SessionRecord } from "../core/record.ts";
import { isCanonicalBase64url } from "../core/token.ts";
import type { Keeper, Opened, RecordDraft } from "../keeper.ts";
import { RecentTokens, type RecentToken } from "../recent-tokens.ts";
import type { SessionStore } from "../stores/store.ts";

const TOKEN_BYTES = 32;
/** How long a request may be under way while another replaces its token, and still end what came of it. */
const SPENT_MS = 5 * 60_000;
/** A session written so fast that no claim succeeds is deleted as it is. */
const MAX_CLAIMS = 100;
/** Characters of 32 octets in base64url. */
const LENGTH = 43;

interface StoredKeeperOptions {
  /** A store that answers in time, or rejects with `ERR_SESSION_STORE`. */
  readonly store: SessionStore;
  /** What the store has in memory of a record; `undefined` when it has to be asked. @default always */
  readonly known?: ((id: string) => SessionRecord | undefined) | undefined;
  /** See {@link Keeper.identity}. */
  readonly identity: object;
  readonly crypto: CryptoProvider;
  /** The sessions' name: a token of another name is nobody's, also where both share a store. */
  readonly name: string;
  /** Whether lookups are answered during an outage, so that a note that gets lost then must not fail them. */
  readonly readsOn: boolean;
}

/** What a lookup has led to. */
function openedAs(record: SessionRecord | undefined, template?: DataTemplate): Opened {
  return record === undefined || record.successor !== undefined
    ? { rejected: "not-found", spent: record }
    : { record, template };
}

/** Whether a text has the form of a stored session's token and of its id: 32 octets in canonical base64url. */
export function isTokenOrId(text: string): boolean {
  return text.length === LENGTH && isCanonicalBase64url(text);
}

/** What a store knows a token by. A name has no colon and no blank, so no other purpose has this text. */
export function storedId(name: string, token: string, crypto: CryptoProvider): MaybePromise<string> {
  return crypto.sha256(`${name} ${token}`);
}

/**
 * Keeps sessions in a store: the token is 256 random bits, of which the store sees no more than a SHA-256, so who
 * reads the store cannot log in with what is there.
 */
export function createStoredKeeper(options: StoredKeeperOptions): Keeper {
  const { store, known, identity, crypto, name, readsOn } = options;
  const turns = new Map<string, Promise<void>>();
  /** Writes under way, by the version that they replace. */
  const swaps = new Map<string, Promise<boolean>>();

  /**
   * By which ids the store knows tokens, and what the data is copied from as long as it is the same; never
   * whether a session is still there.
   */
  const recent = new RecentTokens();

  const idOf = (token: string) => storedId(name, token, crypto);

  async function insert(draft: RecordDraft) {
    const token = crypto.base64url(crypto.randomBytes(TOKEN_BYTES));
    const record: SessionRecord = { ...draft, id: await idOf(token), version: 1 };
    await store.insert(record);
    return { record, token };
  }

  /** The record if it is one that a session can be made of. */
  const unspent = (record: SessionRecord | undefined) =>
    record?.successor === undefined ? record : undefined;

  /**
   * At once where the store has the record in memory. No async function: each await is a turn of the
   * microtasks more, in every request.
   */
  function find(id: string, token: string, before?: RecentToken): MaybePromise<Opened> {
    const record = known?.(id);
    if (record === undefined) return store.find(id).then((found) => openedAs(found));
    if (record.data === before?.record.data) return openedAs(record, before.template);
    recent.note(token, record);
    return openedAs(record);
  }

  /** Writes the next version of a record, unless another request was faster. @returns it, or `undefined`. */
  async function swap(previous: SessionRecord, changes: Partial<RecordDraft>) {
    const { id, version } = previous;
    const key = `${id} ${version}`;
    const faster = swaps.get(key);
    if (faster !== undefined) {
      // Whoever wins, this version is over: a thousand parallel updates must not queue to hear that from the store.
      await faster.catch(() => false);
      return undefined;
    }
    const record: SessionRecord = { ...previous, ...changes, version: version + 1 };
    const swapping = store.update(record, version).finally(() => swaps.delete(key));
    swaps.set(key, swapping);
    return (await swapping) ? record : undefined;
  }

  /** Ends a record in one atomic step. @returns whether no other request was faster. */
  const claim = async (record: SessionRecord) => (await swap(record, { expiresAt: 0 })) !== undefined;

  /** Removes what counts as absent already: a failure here changes nothing for anybody. */
  const tidy = (id: string) => store.delete(id).catch(() => undefined);

  return {
    identity,
    synchronous: false,
    inCookie: false,

    open(token) {
      const before = recent.get(token);
      if (before !== undefined) return find(before.record.id, token, before);
      if (!isTokenOrId(token)) return { rejected: "malformed" };
      return chain(idOf(token), (id) => find(id, token));
    },

    create: insert,

    async update(previous, next) {
      const record = await swap(previous, next);
      return record && { record, token: undefined };
    },

    async note(previous, next) {
      try {
        const record = await swap(previous, next);
        return record && { record, token: undefined };
      } catch (error) {
        // Elsewhere it is an error: a store that cannot write cannot log anybody out either.
        if (readsOn && isSessionError(error, "ERR_SESSION_STORE")) return undefined;
        throw error;
      }
    },

    async rotate(previous, next) {
      // First the new record, then the claim on the old one: whoever revokes the old one meanwhile makes
      // the claim fail, and the new token, which nobody has seen, is taken back.
      const written = await insert(next);
      const spent = {
        data: NO_DATA,
        flash: undefined,
        authentication: undefined,
        successor: written.record.id,
        expiresAt: next.lastSeenAt + SPENT_MS,
      };
      let claimed = false;
      try {
        claimed = (await swap(previous, spent)) !== undefined;
      } finally {
        if (!claimed) await tidy(written.record.id);
      }
      return claimed ? written : undefined;
    },

    async retire(record) {
      const claimed = await claim(record);
      if (claimed) await tidy(record.id);
      return claimed;
    },

    refresh: async (record) => unspent(await store.find(record.id)),

    async end(record) {
      const wasNobodys = record.userId === undefined;
      let kept: SessionRecord | undefined = record;
      for (let tries = 0; kept !== undefined && tries < MAX_CLAIMS; tries++) {
        const { id, successor }: SessionRecord = kept;
        if (successor === undefined) {
          if (await claim(kept)) return tidy(id);
          kept = await store.find(id);
        } else {
          // Nobody's session went on as somebody's: that login is not what was ended here.
          if (wasNobodys) return;
          kept = await store.find(successor);
        }
      }
      if (kept !== undefined) await store.delete(kept.id);
    },

    takeTurn(id) {
      const before = turns.get(id);
      let release!: () => void;
      const mine = new Promise<void>((resolve) => (release = resolve));
      const tail = (before ?? Promise.resolve()).then(() => mine);
      turns.set(id, tail);
      const endTurn = () => {
        release();
        if (turns.get(id) === tail) turns.delete(id);
      };
      return before === undefined ? endTurn : before.then(() => endTurn);
    },
  };
}
