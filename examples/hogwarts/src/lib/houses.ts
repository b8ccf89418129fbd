/** The four houses, for pages and for the seed of the database alike. */
export const houses = [
  { id: "gryffindor", name: "Gryffindor", virtues: "Courage, nerve and chivalry" },
  { id: "hufflepuff", name: "Hufflepuff", virtues: "Patience, loyalty and fair play" },
  { id: "ravenclaw", name: "Ravenclaw", virtues: "Wit, learning and wisdom" },
  { id: "slytherin", name: "Slytherin", virtues: "Ambition, cunning and resolve" },
] as const;

export type House = (typeof houses)[number];
export type HouseId = House["id"];

/** The house with that id, if there is one. */
export function findHouse(id: string | null | undefined): House | undefined {
  return houses.find((house) => house.id === id);
}
