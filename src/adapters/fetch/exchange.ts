import { SessionError } from "../../core/errors.ts";
import { markPrivateIn, type Exchange } from "../../exchange.ts";

/**
 * The exchange of a request that is being answered; what is to be in the head of the response is kept until
 * there is one.
 */
export class FetchExchange implements Exchange {
  readonly locals: Map<unknown, unknown> = new Map();
  readonly address: () => string | undefined;
  sent = false;
  readonly #request: Request;
  #cookies: Map<string, string> | undefined;
  #isPrivate = false;

  constructor(request: Request, address: () => string | undefined) {
    this.#request = request;
    this.address = address;
  }

  get url(): string {
    return this.#request.url;
  }

  header(name: string): string | null {
    return this.#request.headers.get(name);
  }

  writable(): boolean {
    return !this.sent;
  }

  setCookie(name: string, line: string): void {
    (this.#cookies ??= new Map()).set(name, line);
  }

  markPrivate(): void {
    this.#isPrivate = true;
  }

  /**
   * The response with our headers added. A copy: those of a redirect cannot be changed, and others may be sent to more
   * than one visitor.
   */
  complete(response: Response): Response {
    if (this.#cookies === undefined && !this.#isPrivate) return response;
    const completed = new Response(response.body, response);
    for (const line of this.#cookies?.values() ?? []) completed.headers.append("Set-Cookie", line);
    if (this.#isPrivate) markPrivateIn(completed.headers);
    return completed;
  }
}

const EXCHANGE: unique symbol = Symbol("exchange");

/**
 * A request that is being answered, with its exchange on it: a WeakMap that gains an entry with every request
 * costs 4 µs each.
 */
type AnsweredRequest = Request & { [EXCHANGE]?: FetchExchange };

/** The exchange of a request inside `withSessions`. @throws SessionError `ERR_SESSION_NO_REQUEST` */
export function exchangeOf(request: Request): FetchExchange {
  const exchange = (request as AnsweredRequest)[EXCHANGE];
  if (exchange !== undefined) return exchange;
  throw new SessionError(
    "ERR_SESSION_NO_REQUEST",
    "This request is not being answered inside withSessions(handler), or it is a copy: pass the object that the handler was given.",
  );
}

/** Makes the exchange of a request, for {@link exchangeOf}. */
export function createExchange(request: Request, address: () => string | undefined): FetchExchange {
  return ((request as AnsweredRequest)[EXCHANGE] = new FetchExchange(request, address));
}
