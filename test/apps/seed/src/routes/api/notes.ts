import { countEffects } from "~/lib/effects";
import { answerOutside } from "~/lib/outside";
import { lateWrites } from "~/lib/probe";
import * as functions from "~/lib/server-functions";

/** What the fixture noted, and the addresses of its server functions, which every build names anew. */
export async function GET() {
  const urls = Object.entries(functions).map(([name, fn]) => [name, (fn as { url?: string }).url]);
  return Response.json({
    effects: countEffects(),
    lateWrites,
    outside: await answerOutside(),
    urls: Object.fromEntries(urls),
  });
}
