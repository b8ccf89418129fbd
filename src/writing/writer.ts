import type { AuthenticateOptions, PendingLogin } from "../authentication.ts";
import { NO_DATA, type Content } from "../content.ts";
import type { Data } from "../core/json.ts";
import { lifeEnd } from "../core/lifetime.ts";
import { chain, isPromise, type MaybePromise } from "../core/maybe-promise.ts";
import type { SessionRecord } from "../core/record.ts";
import type { RotationCause } from "../events.ts";
import type { Exchange } from "../exchange.ts";
import type { RecordDraft, Written } from "../keeper.ts";
import type { UserId } from "../options.ts";
import type { Flash, SessionUpdate } from "../session.ts";
import type { SessionCookie } from "../session-cookie.ts";
import type { Held, SessionContext } from "../session-handle.ts";
import { createChanges, type Changes, type ChangesOptions } from "./changes.ts";
import { backOff, lostOut, revoked } from "./contention.ts";
import { createFlash } from "./flash.ts";
import { isNothing, leavesNothing } from "./nothing.ts";
import { assertSettable } from "./settable.ts";

/** Rotations that are asked for, whatever the data say. */
type Rotation = Exclude<RotationCause, "user-changed">;

/** Compare-and-swap attempts of one update. Writers of one process take turns, so this many losses mean trouble. */
const MAX_ATTEMPTS = 100;

/** Makes what answers the writer of a session: for each request that writes one of its own. */
export function writerMaker(options: ChangesOptions): (held: Held) => SessionWriter {
  const changes = createChanges(options);
  return (held) => new SessionWriter(held, changes);
}

/**
 * Writes the session of one request. Every write goes through `write`, which prepares new content, and `commit`,
 * which decides what that means: create, update, rotate or end.
 */
export class SessionWriter {
  readonly flash: Flash = createFlash((change) => this.#write(change));
  readonly #held: Held;
  readonly #context: SessionContext;
  readonly #changes: Changes;
  readonly #exchange: Exchange;
  readonly #cookie: SessionCookie;
  /** Grows when the session ends: an update that began before must not bring it back. */
  #endings = 0;
  /** The write of this request that is under way. */
  #underWay: Promise<void> | undefined;
  #hasTurn = false;

  /** @param held - The session, loaded. */
  constructor(held: Held, changes: Changes) {
    this.#held = held;
    this.#context = held.context;
    this.#changes = changes;
    this.#exchange = held.exchange;
    this.#cookie = held.cookie;
  }

  get #record(): SessionRecord | undefined {
    return this.#held.record();
  }

  get #json(): string {
    return this.#held.json();
  }

  /** See {@link Session.update}. */
  update(update: SessionUpdate<Data>): Promise<void> {
    return this.#write((base) => this.#changes.update(base, update));
  }

  /** See {@link Session.authenticate}. */
  authenticate(update: SessionUpdate<Data>, how: AuthenticateOptions): Promise<void> {
    return this.#write((base) => this.#changes.authenticate(base, update, how), "authenticated");
  }

  /** See {@link Session.suspendLogin}. */
  suspendLogin(pending: Omit<PendingLogin, "since"> | undefined): Promise<void> {
    const stamped = pending && { ...pending, since: this.#context.now() };
    return this.#write((base) => this.#changes.suspendLogin(base, stamped));
  }

  /** See {@link Session.rotate}. */
  rotate(): Promise<void> {
    return this.#write((content) => content, "requested");
  }

  /** See {@link Session.clear}. */
  async clear(): Promise<void> {
    while (this.#underWay !== undefined) await this.#underWay;
    // A stored session can always be ended; a sealed one only by taking the cookie away.
    if (this.#context.keeper.inCookie && this.#cookie.present) assertSettable(this.#cookie, this.#exchange);
    await this.#alone(() => this.#end());
  }

  /**
   * The one way to write: prepare content from what is there, swap it in if nothing changed meanwhile, and
   * otherwise start over from what is there then.
   */
  async #write(prepare: (base: Content) => MaybePromise<Content>, rotation?: Rotation): Promise<void> {
    const endings = this.#endings;
    let endTurn: (() => void) | undefined;
    try {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        while (this.#underWay !== undefined) await this.#underWay;
        if (this.#endings !== endings) throw revoked();
        const [record, json] = [this.#record, this.#json];
        const preparing = prepare({ json, flash: record?.flash, authentication: record?.authentication });
        const next = isPromise(preparing) ? await preparing : preparing;
        if (this.#endings !== endings) throw revoked();
        if (this.#underWay !== undefined || this.#record !== record) continue;
        if (await this.#alone(() => this.#commit(record, next, rotation))) return;

        // Another request was faster. From here on the writers of this process take turns; not if this
        // handle has the turn already, as it would wait for itself.
        if (!this.#hasTurn) {
          this.#hasTurn = true;
          endTurn = await this.#context.keeper.takeTurn(record!.id);
        } else await backOff(attempt);
        while (this.#underWay !== undefined) await this.#underWay;
        if (await this.#alone(() => this.#refresh())) continue;
        const isLogout = this.#userIdOf(json) !== undefined && this.#userIdOf(next.json) === undefined;
        return await this.#writeEnded(record!, isLogout, rotation === undefined && prepare);
      }
    } finally {
      if (endTurn !== undefined) {
        this.#hasTurn = false;
        endTurn();
      }
    }
    throw lostOut(MAX_ATTEMPTS);
  }

  /**
   * A write to a session that ended elsewhere, or went on under another token.
   *
   * @param isLogout - Whether it logs the user out: that means what the session went on as, too.
   * @param prepare - What it writes, where that alone was asked for.
   * @throws SessionError `ERR_SESSION_REVOKED`, unless it leaves nothing: who wanted that has it.
   */
  async #writeEnded(
    record: SessionRecord,
    isLogout: boolean,
    prepare: false | ((base: Content) => MaybePromise<Content>),
  ): Promise<void> {
    const isDone = prepare !== false && (await leavesNothing(prepare));
    if (isLogout) await this.#alone(() => this.#context.keeper.end(record));
    if (!isDone) throw revoked();
  }

  /** Decides what new content means. @returns `false` when the record is gone or was changed meanwhile. */
  #commit(
    record: SessionRecord | undefined,
    next: Content,
    rotation: Rotation | undefined,
  ): MaybePromise<boolean> {
    const { keeper, now } = this.#context;
    if (record === undefined) return isNothing(next) || chain(this.#begin(next), () => true);
    if (isNothing(next)) {
      if (keeper.inCookie) assertSettable(this.#cookie, this.#exchange);
      return chain(keeper.retire(record), (retired) => {
        if (retired) this.#ended();
        return retired;
      });
    }
    // Its time may have run out since it was loaded; what a cookie holds would otherwise live on.
    if (lifeEnd(record, now()) !== undefined) return false;
    const isSame = this.#userIdOf(next.json) === this.#userIdOf(this.#json);
    if (!isSame) return this.#rotate("user-changed", record, next);
    if (rotation !== undefined) return this.#rotate(rotation, record, next);
    const { flash, authentication } = record;
    if (next.json === this.#json && next.flash === flash && next.authentication === authentication)
      return true;

    if (keeper.inCookie) assertSettable(this.#cookie, this.#exchange);
    const draft = { ...record, ...this.#held.seen(record), ...this.#changes.contentOf(next) };
    return chain(this.#delivered(keeper.update(record, draft)), (written) => this.#keep(written, next.json));
  }

  /** Somebody who logs in leaves nothing behind: what the cookie stood for ends, also if it could not be read here. */
  #begin(next: Content): MaybePromise<void> {
    const left = this.#held.spent();
    const ends =
      left !== undefined && left.successor === undefined && this.#userIdOf(next.json) !== undefined;
    return chain(this.#create(next), () => (ends ? this.#context.keeper.end(left) : undefined));
  }

  #create(next: Content): MaybePromise<void> {
    const { keeper, now, emit } = this.#context;
    assertSettable(this.#cookie, this.#exchange);
    const draft: RecordDraft = {
      ...this.#changes.begin(next, now()),
      ...this.#changes.contentOf(next),
      device: this.#context.deviceOf(this.#exchange),
    };
    return chain(this.#delivered(keeper.create(draft)), (written) => {
      this.#keep(written, next.json);
      emit({ type: "created", id: written.record.id, userId: this.#userText(next.json) });
    });
  }

  #rotate(cause: RotationCause, record: SessionRecord, next: Content): MaybePromise<boolean> {
    const { keeper, now, emit } = this.#context;
    assertSettable(this.#cookie, this.#exchange);
    // Who logs in starts another life; without that the end that was set stays.
    const life = cause === "requested" ? {} : this.#changes.begin(next, now());
    const draft: RecordDraft = {
      ...record,
      ...this.#held.seen(record),
      ...life,
      ...this.#changes.contentOf(next),
    };
    return chain(this.#delivered(keeper.rotate(record, draft)), (written) => {
      if (!this.#keep(written, next.json)) return false;
      const [id, userId] = [written!.record.id, this.#userText(next.json)];
      emit({ type: "rotated", id, previousId: record.id, userId, cause });
      return true;
    });
  }

  #end(): MaybePromise<void> {
    const record = this.#record ?? this.#held.spent();
    const ending = record && this.#context.keeper.end(record);
    const tried = isPromise(ending) ? ending.catch((error: unknown) => this.#keepBack(error)) : ending;
    return chain(tried, () => this.#ended());
  }

  /** The session goes on, as it could not be ended; but nobody gets a token that was made in this very request. */
  #keepBack(error: unknown): never {
    if (this.#cookie.issued) this.#cookie.remove();
    throw error;
  }

  #ended(): void {
    this.#endings++;
    const record = this.#record;
    const userId = this.#userText(this.#json);
    if (record !== undefined || this.#cookie.present) this.#held.show(undefined, NO_DATA, "destroyed");
    this.#cookie.remove();
    if (record !== undefined) this.#context.emit({ type: "destroyed", id: record.id, userId });
  }

  /** Reads what is kept now. @returns `false` when nothing is. */
  #refresh(): MaybePromise<boolean> {
    // Another write of this handle has found out already.
    if (this.#record === undefined) return false;
    return chain(this.#context.keeper.refresh(this.#record), (fresh) =>
      chain(fresh !== undefined && this.#held.accept(fresh, this.#context.now()), (accepted) => {
        if (accepted) return true;
        this.#endings++;
        this.#held.show(undefined, NO_DATA, "destroyed");
        return false;
      }),
    );
  }

  /** Takes back a record whose token nobody will get, because the head of the response left meanwhile. */
  #delivered<W extends Written | undefined>(writing: MaybePromise<W>): MaybePromise<W> {
    return chain(writing, (written) => {
      if (written?.token === undefined || this.#exchange.writable()) return written;
      return chain(this.#context.keeper.end(written.record), () => {
        assertSettable(this.#cookie, this.#exchange);
        return written;
      });
    });
  }

  #keep(written: Written | undefined, json: string): boolean {
    if (written === undefined) return false;
    this.#held.show(written.record, json, "modified");
    this.#held.send(written);
    return true;
  }

  #userIdOf(json: string): UserId | undefined {
    return this.#changes.userIdOf(json);
  }

  /** Whose content it is, as events say it. */
  #userText(json: string): string | undefined {
    const userId = this.#userIdOf(json);
    return userId === undefined ? undefined : String(userId);
  }

  /** Runs one write while the others of this request wait. Callers have made sure that none is under way. */
  #alone<R>(write: () => MaybePromise<R>): MaybePromise<R> {
    const result = write();
    if (!isPromise(result)) return result;
    const settled = (): void => {
      this.#underWay = undefined;
    };
    this.#underWay = result.then(settled, settled);
    return result;
  }
}
