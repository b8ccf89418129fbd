/**
 * Does what throws for a forged token. The caller catches that at once, and to note where it was thrown takes
 * as long as a cipher, so it is not noted. Nothing else may run meanwhile: `run` must not wait.
 */
export function untraced<R>(run: () => R): R {
  const { stackTraceLimit } = Error;
  // No assignment, which would throw where the intrinsics are frozen.
  Reflect.set(Error, "stackTraceLimit", 0);
  try {
    return run();
  } finally {
    Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  }
}
