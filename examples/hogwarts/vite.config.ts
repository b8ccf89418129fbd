import { solidStart } from "@solidjs/start/config";
import { nitro } from "nitro/vite";
import { defineConfig } from "vite";

// Files are served before the application's middleware runs, so their headers are set here.
const fileHeaders = {
  "content-security-policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "strict-transport-security": "max-age=63072000; includeSubDomains",
  "x-content-type-options": "nosniff",
};

export default defineConfig({
  // SolidStart's development overlay needs it, and the browser cannot load it as it is.
  optimizeDeps: { include: ["@solidjs/start > @jridgewell/trace-mapping"] },
  plugins: [
    solidStart({
      middleware: "./src/middleware.ts",
      serverFunctions: { onError: "./src/server-error.ts" },
    }),
    nitro({
      preset: "node_server",
      // A server that cannot seal sessions must not start.
      plugins: ["./src/start.ts"],
      routeRules: {
        "/_build/**": { headers: fileHeaders },
        "/favicon.svg": { headers: fileHeaders },
        // Vite's list of the files above.
        "/.vite/**": { headers: fileHeaders },
      },
    }),
  ],
});
