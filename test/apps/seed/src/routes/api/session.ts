import { useSession } from "coatcheck/solid-start";

/** Exactly what the seed's session holds. */
export async function GET() {
  const { data, state } = await useSession({ password: process.env["SESSION_SECRET"] });
  return Response.json({ data, state });
}
