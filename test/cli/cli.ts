import { run } from "../../src/cli/run.ts";
import { fakeClock } from "../../src/testing/index.ts";

/** What a command answered. */
export interface CliAnswer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What a test can put around a command. */
export interface CliWorld {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly now?: () => number;
  /** Whether a person sits before the standard input. */
  readonly typing?: boolean;
}

/** Runs a command in this process. */
export async function coatcheck(argv: readonly string[], world: CliWorld = {}): Promise<CliAnswer> {
  const { input = "", env = {}, now = fakeClock().now, typing = false } = world;
  let out = "";
  let err = "";
  async function* chunks(): AsyncGenerator<Uint8Array> {
    // In two pieces, as a pipe may have it.
    const bytes = new TextEncoder().encode(input);
    yield bytes.subarray(0, 5);
    yield bytes.subarray(5);
  }
  const code = await run(argv, {
    stdin: Object.assign(chunks(), { isTTY: typing }),
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    env,
    now,
  });
  return { code, out, err };
}

/** The answer of a command with `--json`. */
export async function coatcheckJson(
  argv: readonly string[],
  world: CliWorld = {},
): Promise<{ code: number; answer: unknown }> {
  const { code, out, err } = await coatcheck([...argv, "--json"], world);
  if (err !== "") throw new Error(err);
  return { code, answer: JSON.parse(out) as unknown };
}
