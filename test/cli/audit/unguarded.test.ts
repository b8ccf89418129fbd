import { describe, expect, test } from "vitest";
import { checks } from "./corpus/checks.ts";
import { conditions } from "./corpus/conditions.ts";
import { modules } from "./corpus/modules.ts";
import { names } from "./corpus/names.ts";
import { order } from "./corpus/order.ts";
import { auditBody, auditModule } from "./given.ts";

const bodies = [...order, ...conditions, ...names, ...checks];

describe("ways to be unguarded", () => {
  test("there are many", ({ task }) => {
    const all = new Set([...bodies, ...modules].map(([, code]) => code));
    expect(all.size).toBe(bodies.length + modules.length);
    expect(all.size).toBeGreaterThan(100);
    task.meta.note = `${all.size} ways to be unguarded, each reported`;
  });

  test.each(bodies)("%s", async (_name, body, reason) => {
    expect(await auditBody(body)).toMatchObject({ verdict: "unguarded", reason });
  });

  test.each(modules)("%s", async (_name, module, reason) => {
    expect(await auditModule(module)).toMatchObject({ verdict: "unguarded", reason });
  });
});
