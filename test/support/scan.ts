// Starts Hogwarts on 127.0.0.1 and has wapiti scan it, once as nobody and once as the headmaster; see scripts/scan.mjs.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { CookieJar } from "../e2e/support/cookie-jar.ts";
import { form, formAction, formHeaders } from "../e2e/support/http.ts";
import { PASSWORD, startHogwarts, type Hogwarts } from "../e2e/hogwarts/support/app.ts";

const [wapiti = "wapiti", folder = ".", seconds = "600"] = process.argv.slice(2);

const app = await startHogwarts();
try {
  await scan("nobody", "all,-wapp");
  // Addresses only: among the forms is the one that logs out, after which the rest of the scan would be nobody's.
  await scan("headmaster", "all:get,-wapp", ["-H", `Cookie: ${await logIn(app)}`]);
} finally {
  await app.stop();
}

/** @param modules - In wapiti's own words; the one that names libraries does not run with the Python of Debian 12. */
async function scan(who: string, modules: string, options: readonly string[] = []): Promise<void> {
  const args = ["-u", `${app.origin}/`, "--scope", "folder", "--flush-session", "-m", modules, "-v", "0"];
  const report = ["-f", "json", "-o", join(folder, `${who}.json`), "--store-session", folder];
  const limits = ["--max-scan-time", seconds, "--max-links-per-page", "50", "--no-bugreport"];
  const child = spawn(wapiti, [...args, ...report, ...limits, ...options], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`wapiti ended with ${code}.`);
}

/** The headmaster's cookies. */
async function logIn({ port, origin }: Hogwarts): Promise<string> {
  const jar = new CookieJar();
  const action = formAction((await jar.send(port, { path: "/login" })).body, "password");
  const body = form({ username: "headmaster", password: PASSWORD });
  await jar.send(port, { method: "POST", path: action, headers: formHeaders(origin), body });
  return jar.header() ?? "";
}
