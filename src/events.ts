import type { LoginFailure } from "./auth/login/outcome.ts";
import { isPromise } from "./core/maybe-promise.ts";
import type { UnsealFailure } from "./core/seal.ts";

/**
 * Why a cookie was not accepted. The visitor is anonymous either way and sees no difference.
 *
 * - `duplicate`: the name occurs twice in the header.
 * - `malformed`: the token has not the form of one.
 * - `unknown-key`, `out-of-lifetime`, `forged`: the sealed token did not open.
 * - `not-found`: the store has no such session: revoked, logged out, swept, or never there.
 * - `expired`, `idle`, `not-yet-valid`: the absolute limit, the idle limit, or made in the future.
 * - `version`: the data has another version and `migrate` does not lead to this one.
 * - `invalid-data`: the schema refused the data.
 */
export type RejectionReason =
  | UnsealFailure
  | "duplicate"
  | "not-found"
  | "expired"
  | "idle"
  | "not-yet-valid"
  | "version"
  | "invalid-data";

/** Why a session got a new token: its user changed, its user logged in again, or `rotate()` was called. */
export type RotationCause = "user-changed" | "authenticated" | "requested";

/**
 * Why a guard refused somebody: nobody is logged in, whoever is may not do it, or has to type the password again.
 */
export type DenialReason = "anonymous" | "forbidden" | "stale";

/** What happened to a session. Carries ids, which are public, and never a token or data. */
export type SessionEvent = {
  /** Name of the session. */
  readonly session: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
} & (
  | { readonly type: "rejected"; readonly reason: RejectionReason }
  | { readonly type: "created"; readonly id: string; readonly userId: string | undefined }
  | {
      readonly type: "rotated";
      readonly id: string;
      readonly previousId: string;
      readonly userId: string | undefined;
      readonly cause: RotationCause;
    }
  | { readonly type: "destroyed"; readonly id: string; readonly userId: string | undefined }
  | { readonly type: "revoked"; readonly id: string }
  | { readonly type: "user-revoked"; readonly userId: string; readonly count: number }
  | { readonly type: "swept"; readonly count: number }
  | {
      /** Somebody has logged in through `createLogin`. */
      readonly type: "login";
      readonly id: string;
      readonly userId: string;
      readonly methods: readonly string[];
      readonly address: string | undefined;
      /** Whether it is the first time on this device, as far as is known. */
      readonly newDevice: boolean;
    }
  | {
      readonly type: "login-failed";
      readonly reason: LoginFailure;
      /**
       * The user whose name was given; `undefined` for a name of nobody's, which may be a password in the
       * wrong field.
       */
      readonly userId: string | undefined;
      readonly address: string | undefined;
    }
  | {
      /** The password was right, and a step is left. */
      readonly type: "login-suspended";
      readonly userId: string;
      readonly step: string;
      readonly address: string | undefined;
    }
  | {
      /** A user who is logged in has typed the password again. */
      readonly type: "confirmed";
      readonly id: string;
      readonly userId: string;
      readonly address: string | undefined;
    }
  | {
      /** A guard did not let somebody pass. */
      readonly type: "denied";
      readonly reason: DenialReason;
      /** The action of the policy; `undefined` where none was asked for. */
      readonly action: string | undefined;
      readonly userId: string | undefined;
      readonly address: string | undefined;
    }
  | { readonly type: "password-changed" | "password-reset" | "password-rehashed"; readonly userId: string }
  | { readonly type: "store-down" | "store-up" }
);

type Unstamped<E> = E extends unknown ? Omit<E, "session" | "at"> : never;

/** An event before its session's name and the time are added. */
export type EventBody = Unstamped<SessionEvent>;

/** Name of the node:diagnostics_channel that carries every {@link SessionEvent} of the process. */
export const EVENT_CHANNEL = "coatcheck:session";

/**
 * Builds what the rest calls to report. A listener that throws is reported on the console and changes
 * nothing: an event tells what has happened already.
 */
export function createEmitter(
  session: string,
  now: () => number,
  onEvent: ((event: SessionEvent) => void) | undefined,
): (event: EventBody) => void {
  const channel = globalThis.process?.getBuiltinModule?.("node:diagnostics_channel")?.channel(EVENT_CHANNEL);
  return (body) => {
    if (onEvent === undefined && channel?.hasSubscribers !== true) return;
    const event = { ...body, session, at: now() } as SessionEvent;
    if (channel?.hasSubscribers === true) channel.publish(event);
    try {
      const answer: unknown = onEvent?.(event);
      // An async listener fits the type too; its rejection would end the process.
      if (isPromise(answer)) answer.then(undefined, complain);
    } catch (error) {
      complain(error);
    }
  };
}

function complain(error: unknown): void {
  console.error("coatcheck: onEvent threw", error);
}
