/** How far the two clocks may drift apart unnoticed, in milliseconds: they are read one after the other. */
const TOLERANCE_MS = 20;

/**
 * Time as it passes for bounds that must hold: no slower than a monotonic clock, which nobody can set back,
 * and no slower than the wall clock, which goes on while the machine sleeps and the monotonic one stands still.
 *
 * @param monotonic - Milliseconds since whenever; never jumps.
 * @param wall - Milliseconds since the epoch; a jump forward counts as time that passed, a jump back does not count.
 * @returns a clock in milliseconds since whenever.
 */
export function createElapsedClock(monotonic: () => number, wall: () => number): () => number {
  let asleep = 0;
  let distance = wall() - monotonic();
  return () => {
    const moment = monotonic();
    const jump = wall() - moment - distance;
    if (jump > TOLERANCE_MS) asleep += jump;
    if (jump > TOLERANCE_MS || jump < -TOLERANCE_MS) distance += jump;
    return moment + asleep;
  };
}
