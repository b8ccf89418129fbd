import type { APIEvent } from "@solidjs/start/server";
import { kindOf, probe } from "~/lib/probe";

export async function GET({ request }: APIEvent) {
  const { data, state } = await probe(kindOf(request.url));
  return Response.json({ data, state });
}

/** An API route that writes on a method that is not safe: another site must not reach it. */
export async function POST({ request }: APIEvent) {
  const session = await probe(kindOf(request.url));
  await session.update({ mark: "posted" });
  return Response.json({ data: session.data });
}

export async function DELETE({ request }: APIEvent) {
  const session = await probe(kindOf(request.url));
  await session.clear();
  throw new Response(null, { status: 401 });
}
