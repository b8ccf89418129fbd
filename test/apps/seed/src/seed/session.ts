import { hogwarts, type User } from "../lib/hogwarts.ts";
import { useSession } from "coatcheck/solid-start";

export async function getUser(): Promise<User | null> {
  const session = await useSession({
    password: process.env.SESSION_SECRET
  });
  const userId = session.data.userId;
  if (!userId) return null;
  return await hogwarts.getUser(userId);
}
