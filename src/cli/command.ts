import type { ParseArgsOptionDescriptor } from "node:util";
import type { CliIo, ExitCode } from "./io.ts";

/** What parsing gave for one command: its options by name, and what stood beside them. */
export interface CommandInput {
  readonly positionals: readonly string[];
  /** The value of an option that takes one; `undefined` when it was not given. */
  text(name: string): string | undefined;
  /** All values of an option that can be repeated. */
  texts(name: string): readonly string[];
  /** Whether an option that takes no value was given. */
  flag(name: string): boolean;
}

/** One option of a command: how it is parsed, and its line in the help. */
export interface CommandOption extends ParseArgsOptionDescriptor {
  /** What stands for its value in the help, such as `<url>`; left out for a flag. */
  readonly value?: string;
  readonly help: string;
}

/** One command of `coatcheck`. */
export interface Command {
  readonly name: string;
  /** What stands after the name and the options in its usage, such as `[cookie]`. */
  readonly arguments: string;
  /** How many arguments it takes at most. */
  readonly most: number;
  /** One line for the table of commands. */
  readonly summary: string;
  /** What else its help says, in lines. */
  readonly about: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  run(input: CommandInput, io: CliIo): Promise<ExitCode>;
}

/** The command was used wrongly. The message holds nothing that was typed, which may have been a secret. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Options that every command has. */
export const COMMON_OPTIONS: Readonly<Record<string, CommandOption>> = {
  json: { type: "boolean", help: "answer in JSON, for programs" },
  verbose: { type: "boolean", help: "show where an error comes from" },
  help: { type: "boolean", short: "h", help: "show this" },
};
