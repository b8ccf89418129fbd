import type { Operation, SequentialModel } from "./linearizability.ts";

/** What a request asks of one session. The token is the one that it carries. */
export type Call = { readonly token: string } & (
  | { readonly do: "read" | "count" | "rotate" | "logout" | "revoke" }
  | { readonly do: "set"; readonly value: number }
);

/** What it was told. */
export type Reply =
  /** The session is not there: logged out, revoked, or gone on under another token. */
  | { readonly is: "refused" }
  /** What the session holds, right after the call. */
  | { readonly is: "held"; readonly count: number; readonly value: number }
  | { readonly is: "rotated"; readonly token: string }
  | { readonly is: "ended" };

/** One session as it should be: two registers under a token, until it ends. */
interface SessionState {
  readonly count: number;
  readonly value: number;
  /** The only token that opens it; `UNHEARD` when it went to a visitor who never got it. */
  readonly token: string;
  readonly ended: boolean;
}

export type SessionOperation = Operation<Call, Reply>;

const UNHEARD = "?";

/** A session that has just begun, under this token. */
export function sessionModel(first: string): SequentialModel<SessionState, Call, Reply> {
  return {
    initial: { count: 0, value: 0, token: first, ended: false },

    next(state, call, reply) {
      const open = !state.ended && state.token === call.token;
      if (call.do === "logout" || call.do === "revoke") {
        // A logout means the session also when that has got another token meanwhile.
        return reply === undefined || reply.is === "ended" ? [{ ...state, ended: true }] : [];
      }
      if (reply?.is === "refused") return open ? [] : [state];
      if (!open) return [];
      if (call.do === "set") return told({ ...state, value: call.value }, reply);
      switch (call.do) {
        case "read":
          return holds(state, reply) ? [state] : [];
        case "rotate":
          if (reply === undefined) return [{ ...state, token: UNHEARD }];
          return reply.is === "rotated" ? [{ ...state, token: reply.token }] : [];
        default:
          return told({ ...state, count: state.count + 1 }, reply);
      }
    },

    keyOf: ({ count, value, token, ended }) => (ended ? "ended" : `${count} ${value} ${token}`),
  };
}

const told = (after: SessionState, reply: Reply | undefined): SessionState[] =>
  reply === undefined || holds(after, reply) ? [after] : [];

const holds = ({ count, value }: SessionState, reply: Reply | undefined): boolean =>
  reply?.is === "held" && reply.count === count && reply.value === value;
