#!/usr/bin/env node
import { run } from "./run.ts";

/** How long connections that do not close may keep the process after its work. */
const LINGER_MS = 5000;

// A reader that has seen enough, such as head, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  now: Date.now,
});
setTimeout(() => process.exit(), LINGER_MS).unref();
