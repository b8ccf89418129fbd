import { readFileSync } from "node:fs";
import { UsageError } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { failureDetails, failureLine, redactor } from "./failure.ts";
import { commandHelp, overview } from "./help.ts";
import type { CliIo, ExitCode } from "./io.ts";
import { parseCommand } from "./parse.ts";

/**
 * Runs the `coatcheck` command.
 *
 * @param argv - What was typed after its name.
 * @returns the exit code: 0 fine, 1 a problem was found or it failed, 2 wrong usage. Never rejects.
 */
export async function run(argv: readonly string[], io: CliIo): Promise<ExitCode> {
  const [name, ...rest] = argv;
  if (name === "--version") return write(io.stdout, `${version()}\n`, 0);
  if (name === "--help" || name === "-h") return write(io.stdout, overview(COMMANDS), 0);
  const command = COMMANDS.find((one) => one.name === name);
  if (command === undefined) {
    const problem = name === undefined ? "" : "There is no such command.\n\n";
    return write(io.stderr, problem + overview(COMMANDS), 2);
  }

  try {
    const input = parseCommand(command, rest);
    if (input.flag("help")) return write(io.stdout, commandHelp(command), 0);
    return await command.run(input, io);
  } catch (error) {
    // Of fixed words, in which a short password might well occur.
    if (error instanceof UsageError)
      return write(io.stderr, `${error.message} See: coatcheck ${command.name} --help\n`, 2);
    const details = rest.includes("--verbose") ? `${failureDetails(error)}\n` : "";
    const words = redactor(io, rest)(`${failureLine(error)}\n${details}`);
    return write(io.stderr, `coatcheck ${command.name}: ${words}`, 1);
  }
}

function write(to: CliIo["stdout"], text: string, code: ExitCode): ExitCode {
  to.write(text);
  return code;
}

function version(): string {
  // Beside src as beside dist.
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
