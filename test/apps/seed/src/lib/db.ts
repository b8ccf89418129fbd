import type { User } from "./hogwarts.ts";

/** Whoever runs the fixture chooses the password; it is in clear because the seed compares it so. */
const password = process.env["SEED_PASSWORD"] ?? "";

export const users: User[] = [{ id: 7, username: "harry", password }];

export const db = tableOf(users);
/** Ids that h3 would spread into the session letter by letter. */
export const dbWithStringIds = tableOf([{ id: "a7f3-hermione", username: "hermione", password }]);

function tableOf<Row extends { username: string }>(rows: Row[]) {
  const findUnique = async ({ where }: { where: { username: string } }) =>
    rows.find((row) => row.username === where.username) ?? null;
  return { user: { findUnique } };
}
