import { users } from "./db.ts";

export type User = { id: number; username: string; password: string };

const students = [
  { id: 1, name: "Neville", house: "gryffindor" },
  { id: 2, name: "Luna", house: "ravenclaw" },
];

export const hogwarts = {
  getUser: async (id: number): Promise<User | null> => users.find((user) => user.id === id) ?? null,
  getStudents: async (house: string, _fields: string) =>
    students.filter((student) => student.house === house),
};
