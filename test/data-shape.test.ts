import { afterEach, expect, test, vi } from "vitest";
import { shapeOf } from "../src/data-shape.ts";

const PART = "../src/shape.ts";

afterEach(() => {
  vi.doUnmock(PART);
});

test("without schema and migration, data is of this version or of no use, at once", () => {
  const asked = vi.fn<() => never>(() => {
    throw new Error("asked for");
  });
  vi.doMock(PART, asked);
  const shape = shapeOf({ schema: undefined, version: 2, migrate: undefined });
  expect(shape.synchronous).toBe(true);
  expect([1, 2, 3].map((version) => shape.read("{}", version))).toEqual([
    { rejected: "version" },
    { json: "{}" },
    { rejected: "version" },
  ]);
  const data = { n: 1 };
  expect(shape.validate(data)).toBe(data);
  expect(asked).not.toHaveBeenCalled();
});

test("with a migration it says what the shape says, as soon as that is loaded at once", async () => {
  const shape = shapeOf({ schema: undefined, version: 2, migrate: () => ({ n: 2 }) });
  const early = shape.read('{"n":1}', 1);
  expect(early).toBeInstanceOf(Promise);
  expect(await early).toEqual({ json: '{"n":2}' });
  expect(shape.read('{"n":1}', 1)).toEqual({ json: '{"n":2}' });
});

test("what cannot be loaded fails whoever needs it, and is tried again", async () => {
  vi.doMock(PART, () => {
    throw new Error("EMFILE");
  });
  const shape = shapeOf({ schema: undefined, version: 1, migrate: (data) => data });
  await expect(shape.read("{}", 1)).rejects.toMatchObject({ cause: { message: "EMFILE" } });
  await expect(shape.validate({})).rejects.toMatchObject({ cause: { message: "EMFILE" } });
  vi.doUnmock(PART);
  expect(await shape.read("{}", 1)).toEqual({ json: "{}" });
});

test.each([[[]], [new Date()], ["text"], [null]])(
  "a schema that makes %j of data fits none",
  async (value) => {
    const schema = { "~standard": { version: 1, vendor: "test", validate: () => ({ value }) } } as const;
    const shape = shapeOf({ schema, version: 1, migrate: undefined });
    await expect((async () => shape.validate({ n: 1 }))()).rejects.toMatchObject({
      code: "ERR_SESSION_INVALID_DATA",
    });
    expect(await shape.read('{"n":1}', 1)).toEqual({ rejected: "invalid-data" });
  },
);
