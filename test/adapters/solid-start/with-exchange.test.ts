import { provideRequestEvent } from "solid-js/web/storage";
import { expect, test, vi } from "vitest";
import type { StartEvent } from "../../../src/adapters/solid-start/exchange.ts";
import { useSession } from "../../../src/adapters/solid-start/use-session.ts";
import { withExchange } from "../../../src/adapters/solid-start/with-exchange.ts";
import { SessionError } from "../../../src/core/errors.ts";
import { createSessions } from "../../../src/sessions.ts";
import { memoryStore } from "../../../src/stores/memory.ts";
import { PASSWORD } from "../../sessions/harness.ts";

/** A request that is being answered, as SolidStart hands it out. */
function startEvent(): StartEvent {
  const request = new Request("https://app.example/");
  const response = { headers: new Headers(), errHeaders: new Headers() };
  return { request, response, locals: {}, nativeEvent: { req: request, res: response, context: {} } };
}

const inRequest = <R>(work: () => R, event = startEvent()): R => provideRequestEvent(event as never, work);

/** How many turns of the microtasks something takes. */
async function turnsOf(promise: Promise<unknown>): Promise<number> {
  const progress = { done: false, turns: 0 };
  void promise.then(() => (progress.done = true));
  for (; !progress.done; progress.turns++) await undefined;
  return progress.turns;
}

test("a sealed session is answered with a single turn of the microtasks", async () => {
  const sessions = createSessions({ password: PASSWORD });
  expect(await turnsOf(inRequest(() => useSession(sessions)))).toBe(1);
});

test("what fails at once is a rejection, like what fails later", async () => {
  const failure = new Error("as it is");
  const thrown = vi.fn<() => never>(() => {
    throw failure;
  });
  await expect(inRequest(() => withExchange(thrown))).rejects.toBe(failure);
  await expect(inRequest(() => withExchange(async () => thrown()))).rejects.toBe(failure);
  await expect(withExchange(thrown)).rejects.toMatchObject({ code: "ERR_SESSION_NO_REQUEST" });
  expect(thrown).toHaveBeenCalledTimes(2);
  const event = startEvent();
  await inRequest(() => useSession(createSessions({ store: memoryStore() })), event);
  const other = inRequest(() => useSession(createSessions({ password: PASSWORD })), event);
  await expect(other).rejects.toMatchObject({ code: "ERR_SESSION_CONFIG" });
  expect(event.nativeEvent.res.status).toBeUndefined();
});

test.each([
  [
    "at once",
    (error: Error) => () => {
      throw error;
    },
  ],
  [
    "later",
    (error: Error) => async () => {
      throw error;
    },
  ],
])(
  "a store that is down, %s, makes the status 503 and shows nothing of what it said",
  async (_when, failing) => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const event = startEvent();
    const error = new SessionError("ERR_SESSION_STORE", "It is down.", { cause: new Error("secret") });
    const shown: unknown = await inRequest(() => withExchange(failing(error)), event).catch(
      (caught: unknown) => caught,
    );
    expect(shown).toMatchObject({ code: "ERR_SESSION_STORE", message: "It is down." });
    expect((shown as Error).cause).toBeUndefined();
    expect((shown as Error).stack).toBe("SessionError: It is down.");
    expect(event.nativeEvent.res.status).toBe(503);
    expect(event.nativeEvent.res.errHeaders.get("Retry-After")).not.toBeNull();
    expect(log).toHaveBeenCalledExactlyOnceWith(error);
    log.mockRestore();
  },
);
