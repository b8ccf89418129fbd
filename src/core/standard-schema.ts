/**
 * The part of Standard Schema that is needed here, as a structural type: zod, valibot, arktype and others
 * have it, and none is a dependency.
 *
 * @see https://standardschema.dev
 */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (
      value: unknown,
    ) => StandardSchemaResult<Output> | Promise<StandardSchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** What a schema answers: a value, or what is wrong. */
export type StandardSchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardSchemaIssue[] };

/** One thing that is wrong, and where. */
export interface StandardSchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Names the places that a schema complained about, and none of the values: messages may quote them. */
export function issuePaths(issues: readonly StandardSchemaIssue[]): string {
  const paths = issues.map((issue) =>
    (issue.path ?? []).map((step) => String(typeof step === "object" ? step.key : step)).join("."),
  );
  return [...new Set(paths.map((path) => path || "(the whole)"))].join(", ");
}
