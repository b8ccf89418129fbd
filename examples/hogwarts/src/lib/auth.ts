"use server";

import { redirect } from "@solidjs/router";
import { safeNext } from "coatcheck";
import { verifyPassword } from "coatcheck/password";
import { getRequestEvent } from "solid-js/web";
import { db } from "./db.ts";
import { type LoginFailure, loginMessages, maxPasswordLength, maxUsernameLength } from "./login-form.ts";
import { getSession, type UserSession } from "./session.ts";

export async function login(formData: FormData) {
  // The type is a promise that a caller over the network need not keep.
  if (typeof formData?.get !== "function") return new Error(loginMessages.invalid);
  const username = textField(formData, "username", maxUsernameLength);
  const password = textField(formData, "password", maxPasswordLength);
  const next = safeNext(formData.get("next"));
  if (!username || !password) return failedLogin("invalid", username, next);
  try {
    const session = await getSession();
    const user = await db.user.findUnique({ where: { username } });
    // Also for a user who does not exist, so that both answers take as long.
    const verified = await verifyPassword(user?.passwordHash, password);
    if (!user || !verified) return failedLogin("invalid", username, next);
    await session.update((d: UserSession) => (d.userId = user.id));
  } catch (error) {
    console.error(error);
    return failedLogin("unavailable", username, next);
  }
  throw redirect(next);
}

export async function logout() {
  const session = await getSession();
  await session.clear();
  // Also drops the pages that the browser keeps alive for Back, where there is no JavaScript to reload them.
  throw redirect("/login", { headers: { "Clear-Site-Data": '"cache"' } });
}

/** A field that was typed: no file, not empty, not longer than anybody types. */
function textField(formData: FormData, name: string, maxLength: number): string | undefined {
  const value = formData.get(name);
  return typeof value === "string" && value.length > 0 && value.length <= maxLength ? value : undefined;
}

/**
 * Without JavaScript a returned error would send the form, password and all, back in a cookie. There the login page
 * is told by its address, and hears a username only if it looks like one: it may be a password in the wrong field.
 */
function failedLogin(failure: LoginFailure, username: string | undefined, next: string): Error | Response {
  const isFetch = getRequestEvent()?.request.headers.has("x-server-instance");
  if (isFetch) return new Error(loginMessages[failure]);

  const query = new URLSearchParams({ error: failure });
  if (username && /^[a-z]+(?:-[a-z]+)*$/.test(username)) query.set("username", username);
  if (next !== "/") query.set("next", next);
  return redirect(`/login?${query}`);
}
