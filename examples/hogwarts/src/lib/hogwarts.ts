import type { ConditionBuilder } from "coatcheck/policies";
import type { Expression, ExpressionBuilder, SqlBool } from "kysely";
import type { Tables } from "./database.ts";
import { database, db } from "./db.ts";
import type { Mark } from "./marks.ts";
import { policies } from "./policies.ts";
import type { User } from "./users.ts";

export interface Student {
  id: number;
  name: string;
  house: string;
  year: number;
}

/** A student as one sees them who may read marks. */
export interface MarkedStudent extends Student {
  mark: Mark | null;
}

export const hogwarts = {
  /** The user with that id; `null` for one who is gone or disabled. */
  async getUser(id: number): Promise<User | null> {
    const account = await db.user.findUnique({ where: { id } });
    if (!account || account.disabledAt !== null) return null;
    const { passwordHash: _, disabledAt: __, ...user } = account;
    return user;
  },

  /**
   * The students of a house, of one year or (`"*"`) of all, that this user may read; with their marks where this user may
   * read those. `null` when there is no such house.
   */
  async getStudents(
    house: string,
    year: number | "*",
    user: User,
  ): Promise<(Student | MarkedStudent)[] | null> {
    const found = await database.selectFrom("houses").select("id").where("id", "=", house).executeTakeFirst();
    if (!found) return null;
    const students = database
      .selectFrom("students")
      .select(["id", "name", "house", "year"])
      .where("house", "=", house)
      .where((row) => policies.filter(user, "student:read", conditionsOf(row)))
      .$if(policies.can(user, "marks:read", house), (query) => query.select("mark"));
    return (year === "*" ? students : students.where("year", "=", year))
      .orderBy("year")
      .orderBy("name")
      .execute();
  },
};

/** How a policy becomes a condition of a query for students. */
function conditionsOf(
  row: ExpressionBuilder<Tables, "students">,
): ConditionBuilder<Student, Expression<SqlBool>> {
  return {
    all: () => row.and([]),
    none: () => row.or([]),
    equals: (field, value) => row(field, "=", value),
    in: (field, values) => row(field, "in", values),
    isNull: (field) => row(field, "is", null),
    and: (parts) => row.and(parts),
    or: (parts) => row.or(parts),
  };
}
