import { afterEach, expect, test, vi } from "vitest";
import { kinds } from "../../sessions/harness.ts";
import { HARRY, setUp } from "./harness.ts";

const PART = "../../../src/auth/login/login.ts";

afterEach(() => {
  vi.doUnmock(PART);
});

test.each(kinds)("what a login in a $kind session needs is loaded again where that failed", async (kind) => {
  const failure = new Error("EMFILE: too many open files");
  vi.doMock(PART, () => {
    throw failure;
  });
  const { visitor } = await setUp(kind);
  const one = visitor();
  for (let n = 0; n < 2; n++)
    await expect(one.login("Harry", HARRY)).rejects.toMatchObject({ cause: failure });
  vi.doUnmock(PART);
  expect(await one.login("Harry", HARRY)).toEqual({ ok: true, userId: 7 });
});
