const CHUNK = 0x8000;

/** Octets in base64url without padding, on any runtime. */
export function toBase64url(octets: Uint8Array<ArrayBuffer>): string {
  let binary = "";
  for (let i = 0; i < octets.length; i += CHUNK)
    binary += String.fromCharCode(...octets.subarray(i, i + CHUNK));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
