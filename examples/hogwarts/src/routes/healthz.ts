import { db } from "~/lib/db";

/** For whoever watches the server: is it up, and does its database answer? */
export async function GET(): Promise<Response> {
  const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
  try {
    await db.ping();
    return new Response("ok", { headers });
  } catch (error) {
    console.error(error);
    return new Response("unavailable", { status: 503, headers });
  }
}
