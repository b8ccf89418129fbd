// The package brings no types.

declare module "sodium-native" {
  import type { Sodium } from "../../src/crypto/sodium.ts";
  const sodium: Sodium;
  export default sodium;
}
