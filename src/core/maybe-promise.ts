/** A value that is here already, or one that will come. */
export type MaybePromise<T> = T | Promise<T>;

/** Whether a value has to be awaited. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof (value as Promise<T> | undefined)?.then === "function";
}

/**
 * Goes on with a value now if it is here, later if it is not. With node:crypto a sealed session is
 * opened without a single promise; with WebCrypto the same code awaits.
 */
export function chain<A, B>(value: MaybePromise<A>, next: (value: A) => MaybePromise<B>): MaybePromise<B> {
  return isPromise(value) ? value.then(next) : next(value);
}

/**
 * Loads something when it is asked for first, and answers it at once as soon as it is here. What could not be
 * loaded is tried again for whoever asks next: a moment without file handles must not last until the next
 * start.
 */
export function loadOnce<T extends object>(load: () => Promise<T>): () => MaybePromise<T> {
  let kept: MaybePromise<T> | undefined;
  return () =>
    (kept ??= load().then(
      (loaded) => (kept = loaded),
      (error: unknown) => {
        kept = undefined;
        throw error;
      },
    ));
}

/** As {@link loadOnce}, begun at once. Whoever needs it is told if it failed. */
export function loadAhead<T extends object>(load: () => Promise<T>): () => MaybePromise<T> {
  const loaded = loadOnce(load);
  Promise.resolve(loaded()).catch(() => undefined);
  return loaded;
}
