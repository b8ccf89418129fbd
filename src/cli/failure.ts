import { isSessionError } from "../core/errors.ts";
import type { CliIo } from "./io.ts";
import { printable } from "./text.ts";

/** Where secrets stand in the environment, whatever a command was told. */
const SECRET_NAME = /SECRET|PASSWORD|TOKEN|KEY/i;
/** What is shorter is as likely a word of the message. */
const SHORTEST_SECRET = 4;
/** Long, and no path. */
const TOKEN_LIKE = /^[^/\\]{32,}$/;

/** An error in one line, without a stack: what went wrong, and below that why. */
export function failureLine(error: unknown): string {
  const words = isSessionError(error, "ERR_SESSION_STORE")
    ? `The session store did not answer as it should: ${reason(error.cause)}`
    : reason(error);
  const line = printable(words.split("\n", 1)[0]!);
  return line.includes("store.migrate()") ? `${line} Or run: coatcheck migrate` : line;
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  // A host of several addresses that all refuse: one error with no words of its own.
  if (error instanceof AggregateError && error.message === "") return reason(error.errors[0]);
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return error.message === "" ? code : error.message;
}

/** The stacks of an error and of what caused it. Only stacks: other properties may hold what was typed. */
export function failureDetails(error: unknown): string {
  const stacks: string[] = [];
  for (let cause = error; cause instanceof Error && stacks.length < 5; cause = cause.cause)
    stacks.push(cause.stack ?? cause.message);
  return stacks.join("\ncaused by ").split("\n").map(printable).join("\n");
}

/**
 * Builds what takes secrets out of a text: those of the environment, and what was given on the command line.
 *
 * @param given - Arguments and input that may hold some: addresses with passwords, cookies.
 */
export function redactor(io: CliIo, given: readonly string[]): (text: string) => string {
  const environment = Object.entries(io.env).map(([name, value = ""]) => ({ name, value }));
  const secrets = [
    ...environment.flatMap(({ name, value }) => (SECRET_NAME.test(name) ? [value] : credentials(value))),
    ...given.flatMap((value) => (TOKEN_LIKE.test(value) ? [value] : credentials(value))),
  ]
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .toSorted((a, b) => b.length - a.length);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, "[secret]"), text);
}

/** The password in an address, as it is spelled and as it is meant. */
function credentials(address: string): string[] {
  const spelled = /^(?:--?[a-z-]+=)?[a-z]+:\/\/[^/]*?:([^@]*)@/i.exec(address)?.[1];
  if (spelled === undefined || spelled === "") return [];
  try {
    return [spelled, decodeURIComponent(spelled)];
  } catch {
    return [spelled];
  }
}
