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
  await scan("nobody", []);
  const { cookie, logout } = await logIn(app);
  await scan("headmaster", ["-H", `Cookie: ${cookie}`, "-x", `${app.origin}${logout}`]);
} finally {
  await app.stop();
}

async function scan(who: string, options: readonly string[]): Promise<void> {
  const args = ["-u", `${app.origin}/`, "--scope", "folder", "--flush-session", "-m", "all,-wapp", "-v", "0"];
  const report = ["-f", "json", "-o", join(folder, `${who}.json`), "--store-session", folder];
  const limits = ["--max-scan-time", seconds, "--max-links-per-page", "50", "--no-bugreport"];
  const child = spawn(wapiti, [...args, ...report, ...limits, ...options], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`wapiti ended with ${code}.`);
}

/** The headmaster's cookies, and the address of the form that would end the session. */
async function logIn({ port, origin }: Hogwarts): Promise<{ cookie: string; logout: string }> {
  const jar = new CookieJar();
  const action = formAction((await jar.send(port, { path: "/login" })).body, "password");
  const body = form({ username: "headmaster", password: PASSWORD });
  await jar.send(port, { method: "POST", path: action, headers: formHeaders(origin), body });
  const logout = formAction((await jar.send(port, { path: "/" })).body, "Log out");
  return { cookie: jar.header() ?? "", logout };
}
