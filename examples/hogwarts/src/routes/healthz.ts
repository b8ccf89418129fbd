import { publicRoute } from "coatcheck";
import { db } from "~/lib/db";
import { pingSessions } from "~/lib/session";

const limit = 3000;

/**
 * For whoever watches the server: is it up, and do its databases answer? Asked before the first visitor comes, it also
 * connects to them.
 */
export async function GET(): Promise<Response> {
  publicRoute("Whoever watches the server has no account, and hears nothing of anybody's.");
  const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
  try {
    await Promise.race([Promise.all([db.ping(), pingSessions()]), silence()]);
    return new Response("ok", { headers });
  } catch (error) {
    console.error(error);
    return new Response("unavailable", { status: 503, headers });
  }
}

function silence(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`The databases did not answer in ${limit} ms.`)), limit).unref();
  });
}
