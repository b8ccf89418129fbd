import { guard } from "~/lib/auth";

export const GET = guard.withUser(async (_event, user) => Response.json({ username: user.username }));

export const POST = guard.withUser(async (_event, user) => {
  const next = await guard.requireFresh();
  return Response.json({ username: user.username, same: next === user });
});
