// How src/ becomes the JavaScript in dist/: a file for each public module and for the command, and few others. Every file that
// Node has to find, read and compile costs about as much as 10 kB of code. tsc writes the declarations beside them.
import { defineConfig } from "rolldown";
import { codeSplitting } from "./scripts/lib/chunks.mjs";
import { entries, peers } from "./scripts/lib/entries.mjs";

export default defineConfig({
  input: Object.fromEntries(entries.map(({ name, source }) => [name, source])),
  external: [/^node:/, ...peers],
  platform: "neutral",
  // What it would read there is for the type checker.
  tsconfig: false,
  transform: { target: "es2024" },
  plugins: [writeOnlyChanges()],
  output: { dir: "dist", chunkFileNames: "chunks/[name].js", codeSplitting },
});

/** For watching: whatever is written, the application loads anew, and it must not get half of the files in one version and half in another. */
function writeOnlyChanges() {
  const written = new Map();
  return {
    name: "write-only-changes",
    generateBundle(_options, bundle) {
      for (const [file, { code }] of Object.entries(bundle)) {
        if (written.get(file) === code) delete bundle[file];
        written.set(file, code);
      }
    },
  };
}
