import { HIDDEN_MESSAGE } from "./hide-server-errors.ts";

/** What {@link renderOptions} hands to `createHandler`. */
export interface RenderOptions {
  readonly nonce: string | undefined;
  /** For the serializer that writes the answers of queries into the page. */
  readonly plugins: readonly unknown[];
}

/**
 * Options for `createHandler` in `entry-server.tsx`: the nonce that `protect` made, for every script of the
 * page; and errors without their content. While a page is rendered a query runs in process, past
 * `hideServerErrors`, and SolidStart writes what it throws into the page: message, properties and stack. With
 * these options the page holds an error that says nothing, and the server's log the real one. That goes for
 * errors that a query returns as well: return a plain object.
 *
 * ```ts
 * export default createHandler(() => <StartServer document={…} />, renderOptions);
 * ```
 */
export function renderOptions(event: {
  readonly locals: { readonly [key: string]: unknown };
}): RenderOptions {
  const { nonce } = event.locals;
  return { nonce: typeof nonce === "string" ? nonce : undefined, plugins: PLUGINS };
}

/** A plugin of seroval, which asks its plugins before it looks for errors itself. */
const hiddenErrors = {
  tag: "coatcheck/hidden-error",
  test: (value: unknown): boolean => value instanceof Error,
  parse: { sync: hide, stream: hide },
  serialize: (): string => `new Error(${JSON.stringify(HIDDEN_MESSAGE)})`,
  deserialize: (): Error => new Error(HIDDEN_MESSAGE),
};
const PLUGINS = [hiddenErrors];

function hide(error: unknown): object {
  console.error(error);
  return {};
}
