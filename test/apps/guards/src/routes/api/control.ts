import type { APIEvent } from "@solidjs/start/server";
import * as functions from "~/lib/functions";
import { state, users } from "~/lib/users";

/** What the fixture noted, and the addresses of its server functions, which every build names anew. */
export function GET() {
  const urls = Object.entries(functions).map(([name, fn]) => [name, (fn as { url?: string }).url]);
  return Response.json({ ...state, urls: Object.fromEntries(urls) });
}

type Wanted = Partial<typeof state> & {
  roles?: Record<string, "student" | "headmaster">;
  changed?: Record<string, number>;
};

/** Sets what a test wants: the roles, the time, the store. */
export async function POST({ request }: APIEvent) {
  const { roles = {}, changed = {}, ...rest } = (await request.json()) as Wanted;
  Object.assign(state, rest);
  for (const user of users) {
    user.role = roles[user.username] ?? user.role;
    user.changedAt = changed[user.username] ?? user.changedAt;
  }
  return new Response(null, { status: 204 });
}
