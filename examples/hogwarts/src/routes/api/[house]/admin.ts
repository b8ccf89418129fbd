import type { APIEvent } from "@solidjs/start/server";
import { hogwarts } from "~/lib/hogwarts";
import { guard } from "~/lib/session";

export const GET = guard.withUser(async ({ params }: APIEvent) => {
  const students = await hogwarts.getStudents(params["house"] ?? "", "*");
  return students ? Response.json(students) : Response.json({ error: "not found" }, { status: 404 });
});
