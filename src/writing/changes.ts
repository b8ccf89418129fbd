import {
  parseAuthentication,
  type Authentication,
  type AuthenticateOptions,
  type PendingLogin,
} from "../authentication.ts";
import { SessionError } from "../core/errors.ts";
import type { Data } from "../core/json.ts";
import { startLifetime, type Lifetime } from "../core/lifetime.ts";
import { chain, type MaybePromise } from "../core/maybe-promise.ts";
import type { SessionRecord } from "../core/record.ts";
import { isEmpty, toJson } from "../core/to-json.ts";
import { applyUpdate } from "../core/update.ts";
import { NO_DATA, type Content } from "../content.ts";
import type { UserId } from "../options.ts";
import type { SessionUpdate } from "../session.ts";
import type { DataShape } from "../data-shape.ts";
import { userKey } from "../user-key.ts";
import { checkMethods, writeAuthentication } from "./authentication.ts";

/** What changes need to know of the sessions whose content they change. */
export interface ChangesOptions {
  /** Of the sessions. */
  readonly name: string;
  readonly shape: DataShape;
  readonly userIdOf: (data: Readonly<Data>) => UserId | undefined;
  readonly lifetime: Lifetime;
  /** That of a user who asked to be remembered; `undefined` where nobody can. */
  readonly remembered: Lifetime | undefined;
}

type Beginning = ReturnType<typeof startLifetime> & Pick<SessionRecord, "userId" | "authenticatedAt">;
type RecordContent = Pick<SessionRecord, "data" | "flash" | "authentication" | "schemaVersion" | "userId">;

/**
 * What the writes of a handle make of a session's content. They may run again on fresher content, and do
 * nothing else.
 */
export interface Changes {
  /** Whose session it is, by its data; `undefined` for nobody's. */
  userIdOf(json: string): UserId | undefined;
  /** The life of a session that begins with this content, and whose it is. @throws SessionError `ERR_SESSION_CONFIG` */
  begin(content: Content, moment: number): Beginning;
  /** The content as a record keeps it. */
  contentOf(content: Content): RecordContent;
  /** See {@link Session.update}. */
  update(base: Content, update: SessionUpdate<Data>): MaybePromise<Content>;
  /** See {@link Session.authenticate}. */
  authenticate(base: Content, update: SessionUpdate<Data>, how: AuthenticateOptions): MaybePromise<Content>;
  /** See {@link Session.suspendLogin}. */
  suspendLogin(base: Content, pending: PendingLogin | undefined): Content;
}

/** Builds the changes of the sessions of one `createSessions`. */
export function createChanges({ name, shape, userIdOf, lifetime, remembered }: ChangesOptions): Changes {
  /** Whose record it is, as stores are told. */
  const keyOf = (json: string): string | undefined => {
    const userId = changes.userIdOf(json);
    return userId === undefined ? undefined : userKey(name, userId);
  };

  function lifetimeOf({ authentication }: Content): Lifetime {
    if (parseAuthentication(authentication).remembered !== true) return lifetime;
    if (remembered !== undefined) return remembered;
    throw new SessionError(
      "ERR_SESSION_CONFIG",
      "Nobody can be remembered here: give createSessions a lifetime for it, remember: { idleTimeout, absoluteTimeout }.",
    );
  }

  const changes: Changes = {
    userIdOf: (json) => (json === NO_DATA ? undefined : userIdOf(JSON.parse(json) as Data)),

    begin(content, moment) {
      const userId = keyOf(content.json);
      const authenticatedAt = userId === undefined ? undefined : moment;
      return { ...startLifetime(lifetimeOf(content), moment), userId, authenticatedAt };
    },

    contentOf: ({ json: data, flash, authentication }) => ({
      data,
      flash,
      authentication,
      schemaVersion: shape.version,
      userId: keyOf(data),
    }),

    update: (base, update) =>
      chain(applyUpdate(base.json, update), (data) =>
        chain(isEmpty(data) ? data : shape.validate(data), (valid) => {
          const json = toJson(valid);
          // How a user was authenticated stays with that user.
          const stays =
            base.authentication === undefined || changes.userIdOf(json) === changes.userIdOf(base.json);
          return { ...base, json, authentication: stays ? base.authentication : undefined };
        }),
      ),

    authenticate: (base, update, how) =>
      chain(changes.update(base, update), (next) => {
        if (changes.userIdOf(next.json) === undefined) throw nobodyLoggedIn();
        // There still where the user is the same as before.
        const remember = how.remember ?? parseAuthentication(next.authentication).remembered ?? false;
        const authentication: Authentication = {
          methods: checkMethods(how.methods),
          ...(remember && { remembered: true }),
        };
        return { ...next, authentication: writeAuthentication(authentication) };
      }),

    suspendLogin(base, pending) {
      const { pending: _, ...rest } = parseAuthentication(base.authentication);
      if (pending !== undefined)
        return { ...base, authentication: writeAuthentication({ ...rest, pending }) };
      const left = Object.keys(rest).length > 0;
      return { ...base, authentication: left ? writeAuthentication(rest) : undefined };
    },
  };
  return changes;
}

function nobodyLoggedIn(): SessionError {
  return new SessionError(
    "ERR_SESSION_INVALID_UPDATE",
    "session.authenticate was given an update after which userId(data) names nobody.",
  );
}
