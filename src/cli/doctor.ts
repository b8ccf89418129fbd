import { UsageError, type Command, type CommandInput } from "./command.ts";
import { checkCookies } from "./doctor/check-cookies.ts";
import { checkConnection, checkPageHeaders } from "./doctor/check-headers.ts";
import { checkRuntime } from "./doctor/check-runtime.ts";
import { checkSecrets } from "./doctor/check-secret.ts";
import { checkStore } from "./doctor/check-store.ts";
import { findingsText, type Finding } from "./doctor/finding.ts";
import { visit } from "./doctor/visit.ts";
import { redactor } from "./failure.ts";
import type { CliIo } from "./io.ts";
import { PASSWORD_OPTION, passwordVariables } from "./passwords.ts";
import { storeAddress, STORE_ABOUT, STORE_OPTIONS } from "./store-address.ts";

/** `coatcheck doctor [url]`: what is wrong with a configuration. */
export const doctor: Command = {
  name: "doctor",
  arguments: "[url]",
  most: 1,
  summary: "check the configuration, the store and a running site",
  about: `Looks at Node, the environment, the secret and the store; with the address of a site, visits it once as
an anonymous visitor and looks at its headers, cookies and clock. Exit code 1 when anything is wrong (✗).\n\n${STORE_ABOUT}`,
  options: {
    name: { type: "string", value: "<name>", help: "the session's name (default session)" },
    "site-only": { type: "boolean", help: "look at the site alone, not at this machine's environment" },
    ...PASSWORD_OPTION,
    ...STORE_OPTIONS,
  },
  async run(input, io) {
    const url = siteAddress(input);
    const findings = [
      ...(input.flag("site-only") ? [] : await checkHere(input, io)),
      ...(url === undefined ? [] : await checkSite(url, input, io)),
    ];
    const ok = findings.every(({ level }) => level !== "error");
    io.stdout.write(
      input.flag("json") ? `${JSON.stringify({ ok, findings }, undefined, 2)}\n` : findingsText(findings),
    );
    return ok ? 0 : 1;
  },
};

/** @throws UsageError */
function siteAddress(input: CommandInput): URL | undefined {
  const [given] = input.positionals;
  if (given === undefined) {
    if (input.flag("site-only")) throw new UsageError("--site-only needs the address of a site.");
    return undefined;
  }
  const url = URL.parse(given);
  if (url?.protocol !== "http:" && url?.protocol !== "https:")
    throw new UsageError("The address of a site begins with https:// or http://.");
  if (url.username !== "" || url.password !== "")
    throw new UsageError("The address of the site must have no user and no password in it.");
  return url;
}

async function checkHere(input: CommandInput, io: CliIo): Promise<Finding[]> {
  const sealed = storeAddress(input, io) === undefined;
  return [
    ...checkRuntime(io.env, process.versions.node),
    ...checkSecrets(io.env, passwordVariables(input), sealed),
    ...(await checkStore(input, io, redactor(io, [input.text("store") ?? ""]))),
  ];
}

async function checkSite(url: URL, input: CommandInput, io: CliIo): Promise<Finding[]> {
  const { answers, arrived, findings } = await visit(url, io.now);
  const last = answers.at(-1);
  if (last === undefined) return [...findings];
  const name = (input.text("name") ?? "session").replace(/^__(?:Host|Secure)-/, "");
  return [
    ...findings,
    ...checkConnection(last),
    ...(arrived ? checkPageHeaders(last.headers) : []),
    ...checkCookies(answers, name),
  ];
}
