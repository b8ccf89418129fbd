import { expect, test } from "vitest";
import { isSessionError, publicRoute } from "../../src/index.ts";

test("publicRoute does nothing but to take its reason", () => {
  expect(publicRoute("whoever logs in is not logged in yet")).toBeUndefined();
});

test.each(["", " \n", undefined, null, 1, {}])("publicRoute refuses %j for a reason", (reason) => {
  let thrown: unknown;
  try {
    publicRoute(reason as string);
  } catch (error) {
    thrown = error;
  }
  expect(isSessionError(thrown, "ERR_SESSION_CONFIG")).toBe(true);
});
