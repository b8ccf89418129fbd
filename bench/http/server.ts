import type { MaybePromise } from "../candidates/candidate.ts";
import type { Payload, Size } from "../lib/payloads.ts";

/** A server that is measured, in a process of its own. */
export interface HttpServer {
  readonly name: string;
  /** Starts to listen on 127.0.0.1. @returns the port. */
  listen(): Promise<number>;
  /** Where the page is. @default "/" */
  readonly path?: string;
  /** The `Cookie` header of a visitor. */
  seal(data: Payload): MaybePromise<string>;
  /** How much a session holds. @default 60 bytes */
  readonly size?: Size;
  /** Whether the page shows whose session it is, or always the same user. */
  readonly reads: boolean;
  /** How many visitors come back in turn. @default 1000 */
  readonly visitors?: number;
  /** Whether it takes long to make such a header. */
  readonly slow?: boolean;
}

/** A visitor of a server. */
export interface Visitor {
  readonly cookie: string;
  /** What the page is to say. */
  readonly answer: string;
}

/** What a server's process says once it listens. */
export interface Listening {
  readonly port: number;
  readonly path: string;
  readonly visitors: readonly Visitor[];
  /** The same with one character of the cookie changed. */
  readonly forged: readonly Visitor[];
}
