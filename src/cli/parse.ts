import { parseArgs } from "node:util";
import { COMMON_OPTIONS, UsageError, type Command, type CommandInput } from "./command.ts";

/** A public id or a token that happens to begin with a dash; no option is as long. */
const DASHED_ID = /^-[A-Za-z0-9_-]{42}$/;
/** An option's name that can be repeated to the user: it is none of the secrets that were meant for elsewhere. */
const SHOWABLE = /^-{1,2}[a-z][a-z-]{0,19}$/;

/**
 * Reads the arguments of one command.
 *
 * @throws UsageError, with nothing in it that was typed but the name of an unknown option.
 */
export function parseCommand(command: Command, argv: readonly string[]): CommandInput {
  const options = { ...COMMON_OPTIONS, ...command.options };
  const { args, ids } = withoutIds(argv, options);
  const { values, positionals } = parsed(
    () =>
      parseArgs({
        args,
        options,
        strict: true,
        allowPositionals: true,
      }) as { values: Record<string, unknown>; positionals: string[] },
  );
  const all = [...positionals, ...ids];
  if (values["help"] !== true && all.length > command.most)
    throw new UsageError(
      command.most === 0
        ? `${command.name} takes no arguments.`
        : `${command.name} takes ${command.most} argument at most, and ${all.length} were given.`,
    );
  for (const [name, value] of Object.entries(values))
    if (value === "") throw new UsageError(`--${name} is empty.`);
  return {
    positionals: all,
    text: (name) => values[name] as string | undefined,
    texts: (name) => (values[name] as string[] | undefined) ?? [],
    flag: (name) => values[name] === true,
  };
}

/** Takes ids that begin with a dash for what they are: the value of the option before them, or an argument. */
function withoutIds(argv: readonly string[], options: Command["options"]): { args: string[]; ids: string[] } {
  const args: string[] = [];
  const ids: string[] = [];
  for (const argument of argv) {
    const before = args.at(-1) ?? "";
    if (!DASHED_ID.test(argument)) args.push(argument);
    else if (before.startsWith("--") && options[before.slice(2)]?.type === "string")
      args.push(`${args.pop()}=${argument}`);
    else ids.push(argument);
  }
  return { args, ids };
}

/** The words of parseArgs repeat what was typed. */
function parsed<Result>(parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const option = /'(-[^' ,=]*)/.exec(message)?.[1];
    const name = option !== undefined && SHOWABLE.test(option) ? ` ${option}` : "";
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") throw new UsageError(`There is no such option${name}.`);
    if (code === "ERR_PARSE_ARGS_INVALID_OPTION_VALUE")
      throw new UsageError(
        message.includes("does not take an argument")
          ? `The option${name} takes no value.`
          : `The option${name} needs a value.`,
      );
    throw error;
  }
}

/** A whole number out of an option; `undefined` when it was not given. @throws UsageError */
export function numberOption(input: CommandInput, name: string, least: number): number | undefined {
  const text = input.text(name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!/^\d{1,12}$/.test(text) || number < least)
    throw new UsageError(`--${name} takes a whole number, ${least} or more.`);
  return number;
}
