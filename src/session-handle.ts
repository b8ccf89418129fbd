import { DUPLICATE } from "./core/cookie.ts";
import { SessionError } from "./core/errors.ts";
import { parseFrozen, type DataTemplate } from "./core/frozen-data.ts";
import { EMPTY, type Data } from "./core/json.ts";
import { isTouchDue, lifeEnd, seenAt, type Lifetime } from "./core/lifetime.ts";
import { chain, isPromise, type MaybePromise } from "./core/maybe-promise.ts";
import type { SessionRecord } from "./core/record.ts";
import type { Transport } from "./core/transport.ts";
import { parseAuthentication, type AuthenticateOptions, type PendingLogin } from "./authentication.ts";
import { NO_DATA } from "./content.ts";
import type { DataShape } from "./data-shape.ts";
import type { EventBody, RejectionReason } from "./events.ts";
import type { Exchange } from "./exchange.ts";
import type { Keeper, Opened, RecordDraft, Written } from "./keeper.ts";
import type { Flash, Session, SessionState, SessionUpdate } from "./session.ts";
import { SessionCookie } from "./session-cookie.ts";
import type { Read } from "./shape.ts";
import type { SessionWriter } from "./writing/writer.ts";

/** What a handle knows of the sessions it is one of; made once by `createSessions`. */
export interface SessionContext {
  readonly keeper: Keeper;
  readonly lifetime: Lifetime;
  readonly shape: DataShape;
  /** Whether the cookie outlives the browser. */
  readonly persistent: boolean;
  readonly transportOf: (exchange: Exchange) => Transport;
  readonly deviceOf: (exchange: Exchange) => string | undefined;
  /** Loads what writes need. @returns what makes the writer of one session */
  readonly writer: () => MaybePromise<(held: Held) => SessionWriter>;
  readonly now: () => number;
  readonly emit: (event: EventBody) => void;
}

/** What the writer of a session may see and change of it. */
export interface Held {
  readonly context: SessionContext;
  readonly exchange: Exchange;
  readonly cookie: SessionCookie;
  /** What is kept; `undefined` for an anonymous visitor. */
  record(): SessionRecord | undefined;
  /** The data after migration and validation. */
  json(): string;
  /** What the cookie stands for, where that opens for nobody here. */
  spent(): SessionRecord | undefined;
  /** Makes a kept record this request's session. @returns `false` when its time is over or its data cannot be used. */
  accept(record: SessionRecord, moment: number): MaybePromise<boolean>;
  show(record: SessionRecord | undefined, json: string, state: SessionState): void;
  /** Gives the visitor the token, if it is another than before. */
  send(written: Written): void;
  /** What a record says of a visitor who is here now. */
  seen(record: SessionRecord): Pick<RecordDraft, "lastSeenAt" | "expiresAt" | "device">;
}

/**
 * The session of one request. A read goes `#open` → `#accept` → `#noteVisit`; every write goes to its writer
 * (`writing/writer.ts`), which is loaded apart.
 */
export class SessionHandle implements Session {
  readonly #context: SessionContext;
  readonly #exchange: Exchange;
  readonly #cookie: SessionCookie;
  #loading: Promise<this> | undefined;
  #isReady = false;
  /** What is kept; `undefined` for an anonymous visitor. */
  #record: SessionRecord | undefined;
  /**
   * What the cookie stands for and opens for nobody, as its token was replaced or its data cannot be used
   * here: only a logout can still mean it.
   */
  #spent: SessionRecord | undefined;
  /** The data after migration and validation, and the same parsed once somebody asks. */
  #json = NO_DATA;
  #data: Readonly<Data> | undefined = EMPTY;
  /** Of the data as it was found, where the keeper has one. */
  #template: DataTemplate | undefined;
  #flash: Flash | undefined;
  #state: SessionState = "fresh";
  /** Made with the first write. */
  #writer: SessionWriter | undefined;

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
    return (this.#data ??= this.#ownData());
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
    return (this.#flash ??= {
      set: async (key, value) => (await this.#forWriting()).flash.set(key, value),
      take: async (key) => (await this.#forWriting()).flash.take(key),
    });
  }

  async update(update: SessionUpdate<Data>): Promise<Session> {
    await (await this.#forWriting()).update(update);
    return this;
  }

  async authenticate(update: SessionUpdate<Data>, how: AuthenticateOptions): Promise<Session> {
    await (await this.#forWriting()).authenticate(update, how);
    return this;
  }

  async suspendLogin(pending: Omit<PendingLogin, "since"> | undefined): Promise<void> {
    await (await this.#forWriting()).suspendLogin(pending);
  }

  async rotate(): Promise<void> {
    await (await this.#forWriting()).rotate();
  }

  async clear(): Promise<void> {
    await (await this.#forWriting()).clear();
  }

  /** What writes this session, once it is loaded. */
  async #forWriting(): Promise<SessionWriter> {
    await this.load();
    const writerOf = await this.#context.writer();
    return (this.#writer ??= writerOf({
      context: this.#context,
      exchange: this.#exchange,
      cookie: this.#cookie,
      record: () => this.#record,
      json: () => this.#json,
      spent: () => this.#spent,
      accept: (record, moment) => this.#accept(record, moment),
      show: (record, json, state) => this.#show(record, json, state),
      send: (written) => this.#send(written),
      seen: (record) => this.#seen(record),
    }));
  }

  /** Loads the session if nothing has yet; answers at once when the keeper does. */
  load(): MaybePromise<this> {
    if (this.#isReady) return this;
    if (this.#loading !== undefined) return this.#loading;
    const opening = this.#open();
    if (isPromise(opening)) this.#loading = opening;
    return opening;
  }

  /** Ends each way of loading: a promise for that alone would be a turn of the microtasks more in every request. */
  #ready(): this {
    this.#isReady = true;
    return this;
  }

  #ownData(): Readonly<Data> {
    const template = this.#template;
    return template?.json === this.#json ? template.copy() : parseFrozen(this.#json);
  }

  /**
   * The record, loaded here and now; where that takes a promise, `open` has awaited it before it gives out
   * the handle.
   */
  #loaded(): SessionRecord | undefined {
    if (!this.#isReady && isPromise(this.load()))
      throw new SessionError("ERR_SESSION_CONFIG", "Await useSession() first.");
    return this.#record;
  }

  #open(): MaybePromise<this> {
    const { keeper, now } = this.#context;
    if (this.#exchange.writable()) this.#exchange.markPrivate();
    const token = this.#cookie.read();
    if (token === undefined) return this.#ready();
    if (token === DUPLICATE) return this.#refuse("duplicate");
    const moment = now();
    const opened = keeper.open(token, moment);
    // No chain() and no isPromise() on the way of a token that was seen lately: a closure for each step costs
    // a tenth of it, and what is asked in one place is known there, while a function that everybody calls has
    // seen every kind of object.
    return "then" in opened
      ? opened.then((late) => this.#receive(late, now()))
      : this.#receive(opened, moment);
  }

  #receive(opened: Opened, moment: number): MaybePromise<this> {
    if ("rejected" in opened) return this.#refuse(opened.rejected, opened.spent);
    this.#template = opened.template;
    const accepted = this.#accept(opened.record, moment);
    if (typeof accepted !== "boolean")
      return accepted.then((late) => (late ? this.#noteVisit(moment) : this.#ready()));
    return accepted ? this.#noteVisit(moment) : this.#ready();
  }

  /** The end of loading where the cookie opens for nobody. */
  #refuse(reason: RejectionReason, spent?: SessionRecord): this {
    this.#reject(reason, spent);
    return this.#ready();
  }

  /** Makes a kept record this request's session, unless its time is over or its data cannot be used. */
  #accept(record: SessionRecord, moment: number): MaybePromise<boolean> {
    const dead = lifeEnd(record, moment);
    if (dead !== undefined) return this.#use(record, { rejected: dead });
    const read = this.#context.shape.read(record.data, record.schemaVersion);
    return "then" in read ? read.then((late) => this.#use(record, late)) : this.#use(record, read);
  }

  #use(record: SessionRecord, read: Read): boolean {
    if ("rejected" in read) this.#reject(read.rejected, record);
    else this.#show(record, read.json, "loaded");
    return "json" in read;
  }

  /** The visitor stays anonymous, and the cookie stays as it is: another node may be able to read it. */
  #reject(reason: RejectionReason, spent?: SessionRecord): void {
    this.#spent = spent;
    this.#context.emit({ type: "rejected", reason });
  }

  /** Notes that the visitor is here, at most once in `touchInterval`: all that a read ever writes. */
  #noteVisit(moment: number): MaybePromise<this> {
    const { keeper, lifetime } = this.#context;
    const record = this.#record!;
    if (!isTouchDue(record, lifetime, moment) || (keeper.inCookie && !this.#cookie.settable))
      return this.#ready();
    return chain(keeper.note(record, { ...record, ...this.#seen(record) }), (written) => {
      // Undefined: another request wrote, and noted the visitor with it.
      if (written !== undefined && (written.token === undefined || this.#cookie.settable)) {
        this.#record = written.record;
        this.#send(written);
      }
      return this.#ready();
    });
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
}
