import type { Authentication } from "../authentication.ts";
import { SessionError } from "../core/errors.ts";

const METHOD = /^[a-z0-9-]{1,32}$/;
const MAX_METHODS = 8;

/** The text that a record keeps. */
export function writeAuthentication(authentication: Authentication): string {
  return JSON.stringify(authentication);
}

/** @throws SessionError `ERR_SESSION_INVALID_UPDATE` for what are no names of methods */
export function checkMethods(methods: readonly string[]): readonly string[] {
  const fine =
    Array.isArray(methods) &&
    methods.length > 0 &&
    methods.length <= MAX_METHODS &&
    methods.every((method) => typeof method === "string" && METHOD.test(method));
  if (fine) return methods;
  throw new SessionError(
    "ERR_SESSION_INVALID_UPDATE",
    'methods must be a list of names such as ["password"]: lower-case letters, digits and hyphens.',
  );
}
