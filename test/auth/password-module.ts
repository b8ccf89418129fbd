import { vi } from "vitest";

/** As little work as argon2id can do: for what does not depend on the cost. */
export const CHEAP = { memory: 8, passes: 1, parallelism: 1 } as const;

export type PasswordModule = typeof import("../../src/auth/password.ts");

/** The module as it is where `@node-rs/argon2` is something else: not installed, or watched. With a queue of its own. */
export async function passwordsWith(nodeRs: () => object): Promise<PasswordModule> {
  vi.resetModules();
  vi.doMock("@node-rs/argon2", nodeRs);
  return import("../../src/auth/password.ts");
}
