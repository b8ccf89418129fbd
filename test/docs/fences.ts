/** The blocks of code in a text of Markdown that begin with a comment which names a file: the file's name and what stands below. */
export function filesIn(markdown: string): Map<string, string> {
  const blocks = markdown.matchAll(/^```(?:tsx?|js)\n\/\/ (\S+)\n(.*?)^```$/gms);
  return new Map(Array.from(blocks, ([, name = "", code = ""]) => [name, code]));
}
