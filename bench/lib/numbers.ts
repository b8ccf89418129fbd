/** Two or three digits, which is what a median of times is worth. */
export function micro(value: number): string {
  if (value >= 100) return value.toFixed(0);
  if (value >= 10) return value.toFixed(1);
  return value === 0 || value >= 0.1 ? value.toFixed(2) : value.toFixed(3);
}

/** How many times as much. */
export function times(value: number): string {
  if (value >= 20) return value.toFixed(0);
  return value >= 0.1 || value === 0 ? value.toFixed(2) : value.toFixed(3);
}

/** A share, in whole percent. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

/** 12345.6 as "12,300": three digits are more than a median is worth. */
export function grouped(rate: number): string {
  return Number(rate.toPrecision(3)).toLocaleString("en");
}
