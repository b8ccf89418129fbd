import type { CommandInput, CommandOption } from "./command.ts";
import { UsageError } from "./command.ts";
import type { CliIo } from "./io.ts";

/** A password and the variable that it was found in. */
export interface NamedPassword {
  readonly variable: string;
  readonly password: string;
}

/** The option that names other variables. */
export const PASSWORD_OPTION: Readonly<Record<string, CommandOption>> = {
  "password-env": {
    type: "string",
    multiple: true,
    value: "<NAME>",
    help: "a variable with a password, repeatable (default SESSION_SECRET, OLD_SESSION_SECRET)",
  },
};

const DEFAULT_VARIABLES = ["SESSION_SECRET", "OLD_SESSION_SECRET"] as const;
/** A name that can be repeated: a password of which somebody thought that it belongs here is longer. */
const SHOWABLE = /^[A-Z_][A-Z0-9_]{0,30}$/i;

/** The variables in which passwords are looked for, the sealing one first. */
export function passwordVariables(input: CommandInput): readonly string[] {
  const named = input.texts("password-env");
  return named.length === 0 ? DEFAULT_VARIABLES : named;
}

/**
 * The passwords that the environment holds; none where the usual variables are not set.
 *
 * @throws UsageError when a variable that was asked for by name is not set.
 */
export function passwordsFrom(input: CommandInput, io: CliIo): NamedPassword[] {
  const asked = input.texts("password-env").length > 0;
  return passwordVariables(input).flatMap((variable) => {
    const password = io.env[variable];
    if (password !== undefined && password !== "") return [{ variable, password }];
    if (!asked) return [];
    const name = SHOWABLE.test(variable) ? ` ${variable}` : "";
    throw new UsageError(
      `The variable${name} is not set or is empty. --password-env takes a variable's name, never a password.`,
    );
  });
}
