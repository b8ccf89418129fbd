/** A way to be unguarded: its name, the code, and the reason that the audit gives. */
export type OpenWay = [name: string, code: string, reason: string];

/** A way to be guarded: its name, the code, and the same thing done wrong. */
export type GuardedWay = [name: string, guarded: string, unguarded: string];
