import { beforeAll, describe, expect, test } from "vitest";
import { houses } from "../../../examples/hogwarts/src/lib/houses.ts";
import type { User } from "../../../examples/hogwarts/src/lib/users.ts";

type Application = {
  policies: (typeof import("../../../examples/hogwarts/src/lib/policies.ts"))["policies"];
  hogwarts: (typeof import("../../../examples/hogwarts/src/lib/hogwarts.ts"))["hogwarts"];
};

const HOUSES = houses.map(({ id }) => id);
const OWN = "gryffindor";
const ACTIONS_ON_HOUSES = ["students:list", "marks:read", "register:export"] as const;

const user = (id: number, role: User["role"], house: string | null): User => ({
  id,
  role,
  house,
  username: role,
  name: role,
  email: null,
  passwordChangedAt: null,
});
const USERS = {
  nobody: null,
  student: user(1, "student", OWN),
  professor: user(3, "professor", OWN),
  headmaster: user(4, "headmaster", null),
  // No such users are seeded; whoever is in no house must not see those who are.
  "student of none": user(7, "student", null),
  "professor of none": user(8, "professor", null),
};

let app: Application;

beforeAll(async () => {
  // Its register, in memory.
  process.env["DATABASE_URL"] = ":memory:";
  process.env["HOGWARTS_PASSWORD"] = "a password of no account";
  const [{ policies }, { hogwarts }] = await Promise.all([
    import("../../../examples/hogwarts/src/lib/policies.ts"),
    import("../../../examples/hogwarts/src/lib/hogwarts.ts"),
  ]);
  app = { policies, hogwarts };
});

describe("the permissions", () => {
  test("are those of the table", async () => {
    const { policies } = app;
    const roles = Object.entries(USERS);
    const cell = (allowed: boolean) => (allowed ? "yes" : "-");
    const rows = [
      ...ACTIONS_ON_HOUSES.flatMap((action) =>
        [...HOUSES, "durmstrang"].map((house) => [
          action,
          house,
          ...roles.map(([, who]) => cell(policies.can(who, action, house))),
        ]),
      ),
      ...[...HOUSES, "durmstrang"].map((house) => [
        "student:read",
        `a student of ${house}`,
        ...roles.map(([, who]) =>
          cell(policies.can(who, "student:read", { id: 1, name: "somebody", house, year: 3 })),
        ),
      ]),
      ...(["staff:view", "sessions:revoke"] as const).map((action) => [
        action,
        "",
        ...roles.map(([, who]) => cell(policies.can(who, action))),
      ]),
      ...["oneself", "somebody else"].map((whom) => [
        "users:disable",
        whom,
        ...roles.map(([, who]) =>
          cell(policies.can(who, "users:disable", { id: whom === "oneself" ? (who?.id ?? 0) : 99 })),
        ),
      ]),
    ];
    const head = ["action", "what", ...roles.map(([name, who]) => (who?.house ? `${name} of ${OWN}` : name))];
    await expect(tableOf([head, ...rows])).toMatchFileSnapshot("./permissions.md");
  });

  test("are asked by the query itself, so that it finds no row that is not for its reader", async () => {
    const { hogwarts, policies } = app;
    for (const who of Object.values(USERS)) {
      if (who === null) continue;
      for (const house of HOUSES) {
        const rows = (await hogwarts.getStudents(house, "*", who))!;
        expect(rows.every((row) => policies.can(who, "student:read", row))).toBe(true);
        expect(rows.length > 0).toBe(who.role === "headmaster" || who.house === house);
        const hasMarks = rows.some((row) => "mark" in row);
        expect(hasMarks).toBe(rows.length > 0 && policies.can(who, "marks:read", house));
      }
    }
  });
});

/** A table as Markdown has it, its columns as wide as they have to be. */
function tableOf(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map(
    (row) => `| ${row.map((text, column) => text.padEnd(widths[column]!)).join(" | ")} |`,
  );
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return `${[lines[0], rule, ...lines.slice(1)].join("\n")}\n`;
}
