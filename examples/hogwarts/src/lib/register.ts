import type { Database } from "./database.ts";
import { type HouseId, houses } from "./houses.ts";
import type { Mark } from "./marks.ts";

/** Name and year of the students, as in the third book. */
const students: Record<HouseId, [name: string, year: number][]> = {
  gryffindor: [
    ["Harry Potter", 3],
    ["Hermione Granger", 3],
    ["Ron Weasley", 3],
    ["Neville Longbottom", 3],
    ["Seamus Finnigan", 3],
    ["Dean Thomas", 3],
    ["Lavender Brown", 3],
    ["Parvati Patil", 3],
    ["Ginny Weasley", 2],
    ["Colin Creevey", 2],
    ["Fred Weasley", 5],
    ["George Weasley", 5],
    ["Oliver Wood", 7],
  ],
  hufflepuff: [
    ["Cedric Diggory", 5],
    ["Hannah Abbott", 3],
    ["Susan Bones", 3],
    ["Ernie Macmillan", 3],
    ["Justin Finch-Fletchley", 3],
    ["Megan Jones", 3],
    ["Wayne Hopkins", 3],
    ["Zacharias Smith", 2],
  ],
  ravenclaw: [
    ["Luna Lovegood", 2],
    ["Cho Chang", 4],
    ["Marietta Edgecombe", 4],
    ["Padma Patil", 3],
    ["Terry Boot", 3],
    ["Michael Corner", 3],
    ["Anthony Goldstein", 3],
    ["Lisa Turpin", 3],
    ["Roger Davies", 5],
    ["Penelope Clearwater", 7],
  ],
  slytherin: [
    ["Draco Malfoy", 3],
    ["Vincent Crabbe", 3],
    ["Gregory Goyle", 3],
    ["Pansy Parkinson", 3],
    ["Blaise Zabini", 3],
    ["Theodore Nott", 3],
    ["Millicent Bulstrode", 3],
    ["Daphne Greengrass", 3],
    ["Adrian Pucey", 5],
    ["Marcus Flint", 7],
  ],
};

/** Handed out in turn, so that everybody's is the same at every start. */
const handedOut: Mark[] = ["E", "O", "A", "E", "P", "A", "O", "E", "A", "D", "E", "A", "T"];

/** Fills the houses and their students in; what is there already stays as it is. */
export async function seedRegister(db: Database): Promise<void> {
  const rows = Object.entries(students).flatMap(([house, list]) =>
    list.map(([name, year]) => ({ name, house, year })),
  );
  await db
    .insertInto("houses")
    .values(houses.map(({ id, name }) => ({ id, name })))
    .onConflict((on) => on.doNothing())
    .execute();
  await db
    .insertInto("students")
    .values(rows.map((row, index) => ({ id: index + 1, ...row, mark: handedOut[index % handedOut.length]! })))
    .onConflict((on) =>
      on
        .column("id")
        .doUpdateSet({ mark: (row) => row.ref("excluded.mark") })
        // Of a database that had no marks yet.
        .where("students.mark", "is", null),
    )
    .execute();
}
