// What is used of packages that bring no types.

declare module "express" {
  import type { IncomingMessage, ServerResponse } from "node:http";
  export type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
  export interface Express {
    (request: IncomingMessage, response: ServerResponse): void;
    use(handler: Handler): void;
    get(path: string, handler: Handler): void;
  }
  export default function express(): Express;
}

declare module "express-session" {
  import type { Handler } from "express";
  export interface Options {
    readonly store: object;
    readonly secret: string;
    readonly resave: boolean;
    readonly saveUninitialized: boolean;
  }
  export default function session(options: Options): Handler;
  export class MemoryStore {
    set(id: string, session: object, done: () => void): void;
  }
}

declare module "connect-pg-simple" {
  export interface Options {
    readonly pool: object;
    readonly schemaName: string;
    readonly pruneSessionInterval: false;
    readonly disableTouch: boolean;
  }
  export default function connect(session: unknown): new (options: Options) => object;
}

declare module "connect-redis" {
  export const RedisStore: new (options: {
    readonly client: object;
    readonly disableTouch: boolean;
  }) => object;
}

declare module "cookie-session" {
  import type { Handler } from "express";
  export default function cookieSession(options: { readonly secret: string }): Handler;
}
