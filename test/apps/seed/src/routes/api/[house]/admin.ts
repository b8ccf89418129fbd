import type { APIEvent } from "@solidjs/start/server";
import { hogwarts } from "~/lib/hogwarts";
import { getUser } from "~/seed/session";

export async function GET({ params }: APIEvent) {
  const user = await getUser();
  if (!user) return Response.json({ error: "unauthenticated" }, { status: 401 });
  return Response.json(await hogwarts.getStudents(params["house"] ?? "", "*"));
}
