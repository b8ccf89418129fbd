import { DUPLICATE } from "./core/cookie.ts";
import { SessionError } from "./core/errors.ts";
import { deepFreeze, EMPTY, type Data } from "./core/json.ts";
import { isTouchDue, lifeEnd, seenAt, type Lifetime } from "./core/lifetime.ts";
import { chain, isPromise, type MaybePromise } from "./core/maybe-promise.ts";
import type { SessionRecord } from "./core/record.ts";
import type { Transport } from "./core/transport.ts";
import { parseAuthentication, type AuthenticateOptions, type PendingLogin } from "./authentication.ts";
import { indexOf, type Changes } from "./changes.ts";
import { backOff, lostOut, revoked } from "./contention.ts";
import { isNothing, leavesNothing, NO_DATA, type Content } from "./content.ts";
import type { EventBody, RejectionReason, RotationCause } from "./events.ts";
import type { Exchange } from "./exchange.ts";
import { createFlash } from "./flash.ts";
import type { Keeper, Opened, RecordDraft, Written } from "./keeper.ts";
import type { UserId } from "./options.ts";
import type { Flash, Session, SessionState, SessionUpdate } from "./session.ts";
import { SessionCookie } from "./session-cookie.ts";
import type { DataShape, Read } from "./shape.ts";

/** What a handle knows of the sessions it is one of; made once by `createSessions`. */
export interface SessionContext {
  readonly keeper: Keeper;
  readonly lifetime: Lifetime;
  readonly changes: Changes;
  readonly shape: DataShape;
  /** Whether the cookie outlives the browser. */
  readonly persistent: boolean;
  readonly transportOf: (exchange: Exchange) => Transport;
  readonly deviceOf: (exchange: Exchange) => string | undefined;
  readonly now: () => number;
  readonly emit: (event: EventBody) => void;
}

/** Rotations that are asked for, whatever the data say. */
type Rotation = Exclude<RotationCause, "user-changed">;

/** Compare-and-swap attempts of one update. Writers of one process take turns, so this many losses mean trouble. */
const MAX_ATTEMPTS = 100;

/**
 * The session of one request. A read goes `load` → `accept` → `touch`; every write goes through `write`,
 * which prepares new content, and `commit`, which decides what that means: create, update, rotate or end.
 */
export class SessionHandle implements Session {
  readonly #context: SessionContext;
  readonly #exchange: Exchange;
  readonly #cookie: SessionCookie;
  #loading: MaybePromise<void> = undefined;
  #isReady = false;
  /** What is kept; `undefined` for an anonymous visitor. */
  #record: SessionRecord | undefined;
  /** What the cookie stood for until its token was replaced; only a logout can still mean it. */
  #spent: SessionRecord | undefined;
  /** The data after migration and validation, and the same parsed once somebody asks. */
  #json = NO_DATA;
  #data: Readonly<Data> | undefined = EMPTY;
  #flash: Flash | undefined;
  #state: SessionState = "fresh";
  /** Grows when the session ends: an update that began before must not bring it back. */
  #endings = 0;
  #writing: Promise<void> | undefined;
  #hasTurn = false;

  constructor(context: SessionContext, exchange: Exchange) {
    this.#context = context;
    this.#exchange = exchange;
    this.#cookie = new SessionCookie(exchange, context.transportOf);
  }

  /** Which keyring or store this is a session of. */
  get identity(): object {
    return this.#context.keeper.identity;
  }

  get id(): string | undefined {
    return this.#loaded()?.id;
  }

  get data(): Readonly<Data> {
    this.#loaded();
    return (this.#data ??= deepFreeze(JSON.parse(this.#json) as Data));
  }

  get state(): SessionState {
    this.#loaded();
    return this.#state;
  }

  get createdAt(): number | undefined {
    return this.#loaded()?.createdAt;
  }

  get lastSeenAt(): number | undefined {
    return this.#loaded()?.lastSeenAt;
  }

  get expiresAt(): number | undefined {
    return this.#loaded()?.expiresAt;
  }

  get authenticatedAt(): number | undefined {
    return this.#loaded()?.authenticatedAt;
  }

  get methods(): readonly string[] {
    return parseAuthentication(this.#loaded()?.authentication).methods ?? [];
  }

  get pendingLogin(): PendingLogin | undefined {
    return parseAuthentication(this.#loaded()?.authentication).pending;
  }

  get flash(): Flash {
    return (this.#flash ??= createFlash((change) => this.#write(change)));
  }

  async update(update: SessionUpdate<Data>): Promise<Session> {
    await this.#write((base) => this.#context.changes.update(base, update));
    return this;
  }

  async authenticate(update: SessionUpdate<Data>, how: AuthenticateOptions): Promise<Session> {
    await this.#write((base) => this.#context.changes.authenticate(base, update, how), "authenticated");
    return this;
  }

  async suspendLogin(pending: Omit<PendingLogin, "since"> | undefined): Promise<void> {
    const { changes, now } = this.#context;
    const stamped = pending && { ...pending, since: now() };
    await this.#write((base) => changes.suspendLogin(base, stamped));
  }

  async rotate(): Promise<void> {
    await this.#write((content) => content, "requested");
  }

  async clear(): Promise<void> {
    await this.load();
    while (this.#writing !== undefined) await this.#writing;
    // A stored session can always be ended; a sealed one only by taking the cookie away.
    if (this.#context.keeper.inCookie && this.#cookie.present) this.#cookie.assertSettable();
    await this.#alone(() => this.#end());
  }

  /** Loads the session if nothing has yet; answers at once when the keeper does. */
  load(): MaybePromise<void> {
    if (this.#isReady || this.#loading !== undefined) return this.#loading;
    const opening = this.#open();
    if (isPromise(opening)) this.#loading = this.#readyAfter(opening);
    else this.#isReady = true;
    return this.#loading;
  }

  async #readyAfter(opening: Promise<void>): Promise<void> {
    await opening;
    this.#isReady = true;
  }

  /** The record, loaded here and now where that is possible. */
  #loaded(): SessionRecord | undefined {
    if (!this.#isReady && isPromise(this.load()))
      throw new SessionError(
        "ERR_SESSION_CONFIG",
        "This session is still being loaded: await useSession() first.",
      );
    return this.#record;
  }

  #open(): MaybePromise<void> {
    const { keeper, now } = this.#context;
    if (this.#exchange.writable()) this.#exchange.markPrivate();
    const token = this.#cookie.read();
    if (token === undefined) return;
    if (token === DUPLICATE) return this.#reject("duplicate");
    const moment = now();
    const opened = keeper.open(token, moment);
    // No chain(): a closure for each step costs a tenth of opening a token that was seen lately.
    if (isPromise(opened)) return opened.then((late) => this.#receive(late, now()));
    return this.#receive(opened, moment);
  }

  #receive(opened: Opened, moment: number): MaybePromise<void> {
    if ("rejected" in opened) return this.#reject(opened.rejected, opened.spent);
    const accepted = this.#accept(opened.record, moment);
    if (isPromise(accepted)) return accepted.then((late) => (late ? this.#touch(moment) : undefined));
    if (accepted) return this.#touch(moment);
  }

  /** Makes a kept record this request's session, unless its time is over or its data cannot be used. */
  #accept(record: SessionRecord, moment: number): MaybePromise<boolean> {
    const dead = lifeEnd(record, moment);
    if (dead !== undefined) return this.#use(record, { rejected: dead });
    const read = this.#context.shape.read(record.data, record.schemaVersion);
    return isPromise(read) ? read.then((late) => this.#use(record, late)) : this.#use(record, read);
  }

  #use(record: SessionRecord, read: Read): boolean {
    if ("rejected" in read) this.#reject(read.rejected);
    else this.#show(record, read.json, "loaded");
    return "json" in read;
  }

  /** The visitor stays anonymous, and the cookie stays as it is: another node may be able to read it. */
  #reject(reason: RejectionReason, spent?: SessionRecord): void {
    this.#spent = spent;
    this.#context.emit({ type: "rejected", reason });
  }

  /** Notes that the visitor is here, at most once in `touchInterval`: all that a read ever writes. */
  #touch(moment: number): MaybePromise<void> {
    const { keeper, lifetime } = this.#context;
    const record = this.#record!;
    if (!isTouchDue(record, lifetime, moment) || (keeper.inCookie && !this.#cookie.settable)) return;
    return chain(keeper.note(record, { ...record, ...this.#seen(record) }), (written) => {
      // Undefined: another request wrote, and noted the visitor with it.
      if (written === undefined || (written.token !== undefined && !this.#cookie.settable)) return;
      this.#record = written.record;
      this.#send(written);
    });
  }

  /**
   * The one way to write: prepare content from what is there, swap it in if nothing changed meanwhile, and
   * otherwise start over from what is there then.
   */
  async #write(prepare: (base: Content) => MaybePromise<Content>, rotation?: Rotation): Promise<void> {
    await this.load();
    const endings = this.#endings;
    let endTurn: (() => void) | undefined;
    try {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        while (this.#writing !== undefined) await this.#writing;
        if (this.#endings !== endings) throw revoked();
        const [record, json] = [this.#record, this.#json];
        const preparing = prepare({ json, flash: record?.flash, authentication: record?.authentication });
        const next = isPromise(preparing) ? await preparing : preparing;
        if (this.#endings !== endings) throw revoked();
        if (this.#writing !== undefined || this.#record !== record) continue;
        if (await this.#alone(() => this.#commit(record, next, rotation))) return;

        // Another request was faster. From here on the writers of this process take turns; not if this
        // handle has the turn already, as it would wait for itself.
        if (!this.#hasTurn) {
          this.#hasTurn = true;
          endTurn = await this.#context.keeper.takeTurn(record!.id);
        } else await backOff(attempt);
        while (this.#writing !== undefined) await this.#writing;
        if (await this.#alone(() => this.#refresh())) continue;
        // Ended elsewhere, or gone on under another token: a logout means that too. Who leaves nothing has it.
        const onNothing = await leavesNothing(prepare);
        if (this.#userIdOf(json) !== undefined && this.#userIdOf(next.json) === undefined)
          await this.#alone(() => this.#context.keeper.end(record!));
        if (rotation === undefined && onNothing) return;
        throw revoked();
      }
    } finally {
      if (endTurn !== undefined) {
        this.#hasTurn = false;
        endTurn();
      }
    }
    throw lostOut(MAX_ATTEMPTS);
  }

  /** Decides what new content means. @returns `false` when the record is gone or was changed meanwhile. */
  #commit(
    record: SessionRecord | undefined,
    next: Content,
    rotation: Rotation | undefined,
  ): MaybePromise<boolean> {
    const { keeper, changes, now } = this.#context;
    if (record === undefined) return isNothing(next) || chain(this.#create(next), () => true);
    if (isNothing(next)) {
      if (keeper.inCookie) this.#cookie.assertSettable();
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

    if (keeper.inCookie) this.#cookie.assertSettable();
    const draft = { ...record, ...this.#seen(record), ...changes.contentOf(next) };
    return chain(this.#delivered(keeper.update(record, draft)), (written) => this.#keep(written, next.json));
  }

  #create(next: Content): MaybePromise<void> {
    const { keeper, changes, now, emit } = this.#context;
    this.#cookie.assertSettable();
    const draft: RecordDraft = {
      ...changes.begin(next, now()),
      ...changes.contentOf(next),
      device: this.#context.deviceOf(this.#exchange),
    };
    return chain(this.#delivered(keeper.create(draft)), (written) => {
      this.#keep(written, next.json);
      emit({ type: "created", id: written.record.id, userId: draft.userId });
    });
  }

  #rotate(cause: RotationCause, record: SessionRecord, next: Content): MaybePromise<boolean> {
    const { keeper, changes, now, emit } = this.#context;
    this.#cookie.assertSettable();
    // Who logs in starts another life; without that the end that was set stays.
    const life = cause === "requested" ? {} : changes.begin(next, now());
    const draft: RecordDraft = { ...record, ...this.#seen(record), ...life, ...changes.contentOf(next) };
    return chain(this.#delivered(keeper.rotate(record, draft)), (written) => {
      if (!this.#keep(written, next.json)) return false;
      emit({ type: "rotated", id: written!.record.id, previousId: record.id, userId: draft.userId, cause });
      return true;
    });
  }

  #end(): MaybePromise<void> {
    this.#endings++;
    const record = this.#record ?? this.#spent;
    return chain(record && this.#context.keeper.end(record), () => this.#ended());
  }

  #ended(): void {
    this.#endings++;
    const record = this.#record;
    const userId = indexOf(this.#userIdOf(this.#json));
    if (record !== undefined || this.#cookie.present) this.#show(undefined, NO_DATA, "destroyed");
    this.#cookie.remove();
    if (record !== undefined) this.#context.emit({ type: "destroyed", id: record.id, userId });
  }

  /** Reads what is kept now. @returns `false` when nothing is. */
  #refresh(): MaybePromise<boolean> {
    // Another write of this handle has found out already.
    if (this.#record === undefined) return false;
    return chain(this.#context.keeper.refresh(this.#record), (fresh) =>
      chain(fresh !== undefined && this.#accept(fresh, this.#context.now()), (accepted) => {
        if (accepted) return true;
        this.#endings++;
        this.#show(undefined, NO_DATA, "destroyed");
        return false;
      }),
    );
  }

  /** Takes back a record whose token nobody will get, because the head of the response left meanwhile. */
  #delivered<W extends Written | undefined>(writing: MaybePromise<W>): MaybePromise<W> {
    return chain(writing, (written) => {
      if (written?.token === undefined || this.#exchange.writable()) return written;
      return chain(this.#context.keeper.end(written.record), () => {
        this.#cookie.assertSettable();
        return written;
      });
    });
  }

  #keep(written: Written | undefined, json: string): boolean {
    if (written === undefined) return false;
    this.#show(written.record, json, "modified");
    this.#send(written);
    return true;
  }

  #show(record: SessionRecord | undefined, json: string, state: SessionState): void {
    this.#record = record;
    this.#state = state;
    if (json === this.#json) return;
    this.#json = json;
    this.#data = json === NO_DATA ? EMPTY : undefined;
  }

  #send({ record, token }: Written): void {
    if (token === undefined) return;
    const persistent = this.#context.persistent || parseAuthentication(record.authentication).remembered;
    const seconds = (record.absoluteExpiresAt - this.#context.now()) / 1000;
    this.#cookie.set(token, persistent ? seconds : undefined);
  }

  /** Notes that the visitor is here now, and from which device. */
  #seen(record: SessionRecord): Pick<RecordDraft, "lastSeenAt" | "expiresAt" | "device"> {
    return { ...seenAt(record, this.#context.now()), device: this.#context.deviceOf(this.#exchange) };
  }

  #userIdOf(json: string): UserId | undefined {
    return this.#context.changes.userIdOf(json);
  }

  /** Runs one write while the others of this request wait. Callers have made sure that none is under way. */
  #alone<R>(write: () => MaybePromise<R>): MaybePromise<R> {
    const result = write();
    if (!isPromise(result)) return result;
    const settled = (): void => void (this.#writing = undefined);
    this.#writing = result.then(settled, settled);
    return result;
  }
}
