import { createPasswords } from "coatcheck/password";

export interface User {
  readonly id: number;
  readonly username: string;
  readonly passwordHash: string;
  role: "student" | "headmaster";
  changedAt: number;
}

/** As cheap as can be: what is tested here is not the hash. */
export const passwords = createPasswords({ memory: 8, passes: 1 });

const passwordHash = await passwords.hash(process.env["GUARDS_PASSWORD"] ?? "");

export const users: readonly User[] = [
  { id: 7, username: "harry", passwordHash, role: "student", changedAt: 0 },
  { id: 8, username: "albus", passwordHash, role: "headmaster", changedAt: 0 },
];

/** What the tests read and set from outside. */
export const state = {
  /** How often a user was loaded. */
  loads: 0,
  /** Whether the store of the sessions does not answer. */
  down: false,
  /** Milliseconds by which the clock is ahead. */
  ahead: 0,
  /** What the guarded actions have done. */
  done: [] as string[],
};

export const now = (): number => Date.now() + state.ahead;
