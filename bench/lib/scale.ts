/** The variable that tells every process of a run that it is a short one. */
const SHORT = "COATCHECK_BENCH_SHORT";
/** The same for the ten million sessions, which take a quarter of an hour to fill in. */
const TEN_MILLION = "COATCHECK_BENCH_TEN_MILLION";

/** Sets how much is done, for this process and those that it starts. */
export function setScale({ short, tenMillion }: { short: boolean; tenMillion: boolean }): void {
  if (short) process.env[SHORT] = "1";
  if (tenMillion) process.env[TEN_MILLION] = "1";
}

/** Whether everything only has to run once and answer correctly. */
export function isShort(): boolean {
  return process.env[SHORT] !== undefined;
}

/** Whether growth is followed up to ten million sessions. */
export function reachesTenMillion(): boolean {
  return process.env[TEN_MILLION] !== undefined;
}

/** How many of something: as many as a measurement needs, or as a short run can do with. */
export function scaled(full: number, short: number): number {
  return isShort() ? short : full;
}
