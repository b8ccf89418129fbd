import { expect, test } from "vitest";
import { protect } from "../../../src/adapters/solid-start/protect.ts";
import { errorOf } from "../../sessions/harness.ts";

test.each([
  ["trustedorigins", { trustedorigins: ["https://other.example"] }],
  ["csp", { csp: false }],
  ["hsts", { hsts: true }],
  ["hsts", { hsts: -1 }],
  ["hsts", { hsts: Number.NaN }],
])("protect refuses the option %s when the application starts", async (name, options) => {
  const { code, message } = await errorOf(() => protect(options as never));
  expect(code).toBe("ERR_SESSION_CONFIG");
  expect(message).toContain(name);
});

test("protect takes each of its options, and undefined for it", () => {
  const others = {
    contentSecurityPolicy: undefined,
    trustedOrigins: undefined,
    flashFields: undefined,
    onRefused: undefined,
  };
  for (const hsts of [0, 31_536_000, false, undefined] as const)
    expect(protect({ hsts, ...others })).toBeTypeOf("function");
});
