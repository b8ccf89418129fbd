import { definePlugin } from "nitro";
import { sessionSecret } from "./lib/secret.ts";

/** Runs before the server listens. */
export default definePlugin(() => {
  sessionSecret();
});
