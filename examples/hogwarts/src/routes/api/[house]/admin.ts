import type { APIEvent } from "@solidjs/start/server";
import { hogwarts } from "~/lib/hogwarts";
import { guard } from "~/lib/session";

/** A house's register with its marks, for the staff of the house. Only those hear of a house that it does not exist who may have all. */
export const GET = guard.withUser(async ({ params }: APIEvent, user) => {
  const house = params["house"] ?? "";
  await guard.authorize("register:export", house);
  const students = await hogwarts.getStudents(house, "*", user);
  return students ? Response.json(students) : Response.json({ error: "not found" }, { status: 404 });
});
