// Compiled and never run: see types.test.ts.
import { expectTypeOf } from "vitest";
import { withSessions } from "../../src/adapters/fetch/index.ts";

/** What a host passes beside the request. */
interface Info {
  readonly remoteAddress: string;
}

const one = (_request: Request): Response => new Response();
const two = (_request: Request, info: Info): Response => new Response(info.remoteAddress);
const address = (_request: Request, info: Info): string => info.remoteAddress;

expectTypeOf(withSessions(one)).parameters.toEqualTypeOf<[Request]>();
expectTypeOf(withSessions(two)).parameters.toEqualTypeOf<[Request, Info]>();
expectTypeOf(withSessions(two, { address })).parameters.toEqualTypeOf<[Request, Info]>();
expectTypeOf(withSessions(one, { address })).parameters.toEqualTypeOf<[Request, Info]>();
expectTypeOf(withSessions(two, { address: () => undefined })).parameters.toEqualTypeOf<[Request, Info]>();
// @ts-expect-error -- another host's information
withSessions(two, { address: (_request: Request, info: number) => String(info) });
