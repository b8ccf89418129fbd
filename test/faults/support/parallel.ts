/** Runs a numbered task again and again, so many at once, while there is more to do. */
export async function inParallel(
  more: number | (() => boolean),
  atOnce: number,
  task: (n: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const goesOn = typeof more === "number" ? () => next < more : more;
  const worker = async (): Promise<void> => {
    while (goesOn()) await task(next++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
