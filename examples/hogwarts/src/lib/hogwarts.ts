import { type Account, database, db } from "./db.ts";

export type User = Omit<Account, "passwordHash">;

export interface Student {
  id: number;
  name: string;
  house: string;
  year: number;
}

export const hogwarts = {
  /** The user with that id, or `null`. */
  async getUser(id: number): Promise<User | null> {
    const account = await db.user.findUnique({ where: { id } });
    if (!account) return null;
    const { passwordHash: _, ...user } = account;
    return user;
  },

  /** The students of a house, of one year or (`"*"`) of all; `null` when there is no such house. */
  async getStudents(house: string, year: number | "*"): Promise<Student[] | null> {
    const found = await database.selectFrom("houses").select("id").where("id", "=", house).executeTakeFirst();
    if (!found) return null;
    const students = database
      .selectFrom("students")
      .select(["id", "name", "house", "year"])
      .where("house", "=", house);
    return (year === "*" ? students : students.where("year", "=", year))
      .orderBy("year")
      .orderBy("name")
      .execute();
  },
};
