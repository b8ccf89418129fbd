import { COMMON_OPTIONS, type Command, type CommandOption } from "./command.ts";

/** Help for all: what commands there are. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }): [string, string] => [name, summary]);
  return [
    "Usage: coatcheck <command> [options]",
    "",
    "Commands:",
    ...columns(rows),
    "",
    "coatcheck <command> --help says what it takes; coatcheck --version, which version this is.",
    "Exit codes: 0 fine, 1 a problem was found or it failed, 2 wrong usage.",
    "",
  ].join("\n");
}

/** Help for one command. */
export function commandHelp(command: Command): string {
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS });
  const usage = `Usage: coatcheck ${command.name} [options] ${command.arguments}`.trimEnd();
  return [usage, "", command.about, "", "Options:", ...columns(options.map(optionRow)), ""].join("\n");
}

function optionRow([name, option]: [string, CommandOption]): [string, string] {
  const long = option.value === undefined ? `--${name}` : `--${name} ${option.value}`;
  return [option.short === undefined ? long : `-${option.short}, ${long}`, option.help];
}

/** Lines of two columns. */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd());
}
