import { reachesTenMillion, scaled } from "../lib/scale.ts";

const TEN_MILLION = 1e7;

/** Live sessions among which one may be read. */
export const ALL_SIZES: readonly number[] = [1e3, 1e4, 1e5, 1e6, TEN_MILLION];

/** Those of them that this run goes up to. */
export function growthSizes(): readonly number[] {
  return ALL_SIZES.filter((size) => size < TEN_MILLION || reachesTenMillion());
}

/** How many rows stand for a size. */
export function rowsOf(size: number): number {
  return scaled(size, 200);
}

/** The table, or the file, with the sessions of a size. */
export function tableOf(size: number): string {
  return `sessions_${size}`;
}

/** What a read among so many is called. */
export function among(size: number): string {
  return `among ${size.toLocaleString("en")} sessions`;
}
