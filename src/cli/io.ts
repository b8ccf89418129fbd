/** What a command sees of the world, so that tests can be the world. */
export interface CliIo {
  /** Chunks of the standard input, with whether a person is typing them. */
  readonly stdin: AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean | undefined };
  readonly stdout: CliOutput;
  readonly stderr: CliOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The clock, in milliseconds since the epoch. */
  readonly now: () => number;
}

/** Where text goes. */
export interface CliOutput {
  write(text: string): unknown;
}

/** How a command ended: fine; a problem found, or failed; used wrongly. */
export type ExitCode = 0 | 1 | 2;

/** A secret or a cookie is short; what is longer is a mistake, such as a log file. */
const MAX_INPUT = 1 << 20;

/** Everything on the standard input, without the line break at its end. */
export async function readInput(stdin: CliIo["stdin"]): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stdin) {
    text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    if (text.length > MAX_INPUT) break;
  }
  return text.trim();
}
