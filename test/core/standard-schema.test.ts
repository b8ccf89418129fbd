import { expect, test } from "vitest";
import { issuePaths } from "../../src/core/standard-schema.ts";

test("names each place that a schema complained about once, and no value", () => {
  const paths = issuePaths([
    { message: "canary is not a number", path: ["user", "id"] },
    { message: "canary again", path: [{ key: "user" }, { key: "id" }] },
    { message: "too short", path: ["list", 0, Symbol.for("s")] },
    { message: "canary as a whole" },
    { message: "no path", path: [] },
  ]);
  expect(paths).toBe("user.id, list.0.Symbol(s), (the whole)");
});
