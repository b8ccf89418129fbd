import { SessionError } from "../../core/errors.ts";
import { isPlainObject, type Data } from "../../core/json.ts";

/** What a field can be compared with, beside `null`: values that JavaScript and databases compare alike. */
export type Comparable = string | number | bigint | boolean;

/** A resource of which nothing is known but that it has fields. */
export type AnyResource = Readonly<Record<string, Comparable>>;

/** The fields of a resource that hold something to compare. */
export type ConditionField<Resource> = {
  [Field in keyof Resource & string]: [Extract<Resource[Field], Comparable>] extends [never] ? never : Field;
}[keyof Resource & string];

/** What the fields of a resource are compared with. */
export type ConditionValue<Resource> = Extract<Resource[ConditionField<Resource>], Comparable>;

/**
 * Which resources are allowed, as plain data: each field named has to be equal to the value, or to one of a list;
 * `null` is equal to `null` alone. An empty list matches nothing.
 */
export type Condition<Resource> = {
  readonly [Field in ConditionField<Resource>]?:
    | Extract<Resource[Field], Comparable | null>
    | readonly Extract<Resource[Field], Comparable | null>[];
};

/** What one field has to be: one of the values, or null where that is among them. */
export interface Requirement {
  readonly field: string;
  readonly values: readonly Comparable[];
  readonly orNull: boolean;
}

/** A checked condition: of one list at least, each requirement has to be met. */
export type Alternatives = readonly (readonly Requirement[])[];

/**
 * Checks a condition, whole, before anything of it is used. Whatever might mean more than was meant, such as a value
 * that is `undefined`, is an error and never a condition that is always met.
 *
 * @returns `undefined` for what is neither a plain object nor a list.
 * @throws SessionError `ERR_SESSION_CONFIG`, naming the field but not the value.
 */
export function alternativesOf(condition: unknown): Alternatives | undefined {
  // Array.from, as map() would skip the holes that have to be found.
  if (Array.isArray(condition)) return Array.from(condition as readonly unknown[], requirementsOf);
  return isPlainObject(condition) ? [requirementsOf(condition)] : undefined;
}

function requirementsOf(condition: unknown): readonly Requirement[] {
  if (!isPlainObject(condition)) wrong("a list of conditions must hold nothing but plain objects");
  const fields = Reflect.ownKeys(condition);
  if (fields.length === 0) wrong("it names no field; answer true to allow everything");
  return fields.map((field) => {
    if (typeof field === "symbol") wrong("a field is named by a symbol");
    return requirementOf(field, condition[field]);
  });
}

function requirementOf(field: string, wanted: unknown): Requirement {
  const all: readonly unknown[] = Array.isArray(wanted) ? Array.from(wanted as readonly unknown[]) : [wanted];
  return {
    field,
    values: all.filter((value) => value !== null).map((value) => comparable(field, value)),
    orNull: all.includes(null),
  };
}

function comparable(field: string, value: unknown): Comparable {
  switch (typeof value) {
    case "number":
      // Equal to nothing here, and to itself in some databases.
      if (Number.isNaN(value)) wrong(`the value of ${field} is not a number`);
      return value;
    case "string":
    case "bigint":
    case "boolean":
      return value;
    case "undefined":
      return wrong(`the value of ${field} is undefined, which is no value; answer false to allow nothing`);
    default:
      return wrong(`the value of ${field} must be a string, a number, a bigint, a boolean, null or a list`);
  }
}

/** Whether a resource meets a requirement with a property of its own. */
export function meets(resource: object, { field, values, orNull }: Requirement): boolean {
  if (!Object.hasOwn(resource, field)) return false;
  const value = (resource as Data)[field];
  return value === null ? orNull : values.includes(value as Comparable);
}

/** Whether a resource is one that a condition allows. */
export function meetsAny(resource: object, alternatives: Alternatives): boolean {
  return alternatives.some((requirements) => requirements.every((each) => meets(resource, each)));
}

function wrong(problem: string): never {
  throw new SessionError("ERR_SESSION_CONFIG", `Wrong condition: ${problem}.`);
}
