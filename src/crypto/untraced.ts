/**
 * Does what throws for a forged token. The caller catches that at once, and to note where it was thrown takes
 * as long as a cipher, so it is not noted. Nothing else may run meanwhile: `run` must not wait.
 */
export function untraced<R>(run: () => R): R {
  const frames = Error.stackTraceLimit;
  limitTraces(0);
  try {
    return run();
  } finally {
    limitTraces(frames);
  }
}

/** An assignment: `Reflect.set` takes a tenth of a microsecond, twice for every new token. */
function limitTraces(frames: number): void {
  try {
    Error.stackTraceLimit = frames;
  } catch {
    // The intrinsics are frozen, and traces are noted.
  }
}
