const TEXT_OID = 25;
export const BIGINT_OID = 20;
const HEAD_BYTES = 20;
const LENGTH_BYTES = 4;
const BIGINT_BYTES = 8;
const NULL_LENGTH = -1;

/**
 * `text[]` in PostgreSQL's binary format. As text each element would have to be escaped here and its end looked for
 * there, which takes a fifth of what a write of many records takes.
 *
 * @see https://github.com/postgres/postgres/blob/REL_17_STABLE/src/backend/utils/adt/arrayfuncs.c `array_recv`
 */
export function textArray(values: readonly (string | null)[]): Buffer {
  let bytes = 0;
  for (const value of values) if (value !== null) bytes += Buffer.byteLength(value);
  const { array, view } = emptyArray(TEXT_OID, values, bytes);
  let at = HEAD_BYTES;
  for (const value of values) {
    const length = value === null ? NULL_LENGTH : array.write(value, at + LENGTH_BYTES);
    view.setInt32(at, length);
    at += LENGTH_BYTES + Math.max(length, 0);
  }
  return array;
}

/** `bigint[]` in the same format. @param values - Safe integers and null. */
export function bigintArray(values: readonly (number | null)[]): Buffer {
  let bytes = 0;
  for (const value of values) if (value !== null) bytes += BIGINT_BYTES;
  const { array, view } = emptyArray(BIGINT_OID, values, bytes);
  let at = HEAD_BYTES;
  for (const value of values) {
    view.setInt32(at, value === null ? NULL_LENGTH : BIGINT_BYTES);
    at += LENGTH_BYTES;
    if (value === null) continue;
    view.setInt32(at, Math.floor(value / 2 ** 32));
    // Modulo 2^32, as of a negative number too.
    view.setUint32(at + 4, value);
    at += BIGINT_BYTES;
  }
  return array;
}

/** An array whose elements are still to be written. @param bytes - What they take beside their lengths. */
function emptyArray(
  oid: number,
  values: readonly unknown[],
  bytes: number,
): { array: Buffer; view: DataView } {
  const array = Buffer.allocUnsafe(HEAD_BYTES + LENGTH_BYTES * values.length + bytes);
  const view = new DataView(array.buffer, array.byteOffset, array.length);
  const head = [1, values.includes(null) ? 1 : 0, oid, values.length, 1];
  for (const [n, field] of head.entries()) view.setInt32(4 * n, field);
  return { array, view };
}
