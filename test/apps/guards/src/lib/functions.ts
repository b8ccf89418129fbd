"use server";

import { redirect } from "@solidjs/router";
import { safeNext } from "coatcheck";
import { auth, guard } from "./auth.ts";
import { textOf } from "./text-of.ts";
import { state, users } from "./users.ts";

export async function member() {
  const { id, username } = await guard.requireUser();
  return { id, username };
}

/** Says itself which page it is for, as the browser's call does not. */
export async function memberOf(page: string) {
  const { username } = await guard.requireUser({ next: page });
  return username;
}

export async function staff() {
  const { username } = await guard.authorize("staff:view");
  return `the staff, for ${username}`;
}

export async function house(name: string) {
  const { username } = await guard.authorize("house:list", name);
  return `${name}, for ${username}`;
}

export async function fresh() {
  const { username } = await guard.requireFresh();
  return username;
}

/** Everything that a guard can be asked, in one request. */
export async function all() {
  const user = await guard.requireUser();
  const again = await Promise.all([guard.getUser(), guard.requireUser(), guard.requireFresh()]);
  const may = await Promise.all([guard.can("staff:view"), guard.can("house:list", "gryffindor")]);
  return { same: again.every((one) => one === user), may };
}

export async function keptForm() {
  return guard.takeForm("/sudo");
}

export async function logIn(form: FormData) {
  return auth.submit(form);
}

/** Logs in, and asks before and afterwards who is logged in. */
export async function logInAsked(form: FormData) {
  const before = await guard.getUser();
  await auth.login(form);
  const after = await guard.getUser();
  state.done.push(`${before?.username ?? "nobody"}, then ${after?.username ?? "nobody"}`);
  throw redirect("/members");
}

/** Leads to a page that is for users only. */
export async function logOut() {
  await auth.logout();
  throw redirect("/members");
}

/** Logs out under the page, whose queries the router asks again in the same request. */
export async function leave() {
  await auth.logout();
  return "left";
}

export async function confirm(form: FormData) {
  const outcome = await auth.confirm(form.get("password"));
  throw redirect(outcome.ok ? safeNext(form.get("next")) : "/confirm?error=1");
}

/** Wants a password that was typed a short time ago. */
export async function act(form: FormData) {
  const user = await guard.requireFresh({ next: "/sudo", form, fields: ["reason"] });
  state.done.push(`${user.username}: ${textOf(form, "reason")}`);
  throw redirect("/sudo?done=1");
}

/** For the headmaster alone, whose role it takes away. */
export async function demote() {
  const user = await guard.authorize("staff:view");
  users.find(({ id }) => id === user.id)!.role = "student";
  state.done.push(`${user.username} is no headmaster any more`);
  return "demoted";
}
