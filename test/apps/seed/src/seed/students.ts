import { hogwarts } from "../lib/hogwarts.ts";
import { getUser } from "./session.ts";
import { cache, redirect } from "@solidjs/router";

export const getStudents = cache(async (house: string) => {
  "use server";
  const user = await getUser();
  if (!user) throw redirect("/login");
  return hogwarts.getStudents(house, "*");
}, "students");
