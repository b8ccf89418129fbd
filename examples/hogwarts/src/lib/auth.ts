"use server";

import { redirect } from "@solidjs/router";
import {
  type ConfirmOutcome,
  type LoginOutcome,
  type PasswordOutcome,
  publicRoute,
  safeNext,
} from "coatcheck";
import { getRequestEvent } from "solid-js/web";
import { formField } from "./form-field.ts";
import { addRefusal, type Refusal, refusalText } from "./refusals.ts";
import { auth, guard } from "./session.ts";
import { maxUsernameLength } from "./users.ts";

export async function login(formData: FormData) {
  publicRoute("Whoever logs in is not logged in yet.");
  // The type is a promise that a caller over the network need not keep.
  if (typeof formData?.get !== "function") return new Error(refusalText({ code: "invalid" }));
  try {
    const outcome = await auth.login(formData);
    if (!outcome.ok) return failedLogin(refusalOf(outcome), formData);
  } catch (error) {
    console.error(error);
    return failedLogin({ code: "unavailable" }, formData);
  }
  throw redirect(safeNext(formData.get("next")));
}

export async function logout() {
  publicRoute("Whoever is not logged in has nothing that could be ended.");
  await auth.logout();
  // Also drops the pages that the browser keeps alive for Back, where there is no JavaScript to reload them.
  throw redirect("/login", { headers: { "Clear-Site-Data": '"cache"' } });
}

/** Takes the password again, and goes on where a guard has asked for it. */
export async function confirm(formData: FormData) {
  // Whoever has just logged in is not asked again.
  await guard.requireUser({ next: formField(formData, "next") });
  const next = safeNext(formField(formData, "next"));
  const outcome = await auth.confirm(formField(formData, "password"));
  throw redirect(outcome.ok ? next : addressOf("/confirm", ownRefusalOf(outcome), next));
}

/** Changes the visitor's password, which logs out all other devices. */
export async function changePassword(formData: FormData) {
  await guard.requireUser({ next: "/account" });
  const [current, next] = [formField(formData, "current"), formField(formData, "password")];
  const outcome = await auth.changePassword({ current, next });
  throw redirect(outcome.ok ? "/account?done=password" : addressOf("/account", ownRefusalOf(outcome)));
}

/** A username, or an address of the school. */
const looksLikeName = /^(?:[a-z]+(?:-[a-z]+)*|[a-z]+(?:\.[a-z]+)*@hogwarts\.example)$/;

type Failed<Outcome> = Exclude<Outcome, { ok: true }>;

function refusalOf(outcome: Failed<LoginOutcome | ConfirmOutcome | PasswordOutcome>): Refusal {
  if (outcome.reason === "weak") return { code: outcome.problem.code };
  // Nobody's login has a second step here.
  return { code: outcome.reason === "step" ? "anonymous" : outcome.reason, after: outcome.retryAfter };
}

/** Of somebody who is known: then it is the password that was wrong. */
function ownRefusalOf(outcome: Failed<ConfirmOutcome | PasswordOutcome>): Refusal {
  return outcome.reason === "invalid" ? { code: "wrong-password" } : refusalOf(outcome);
}

function addressOf(page: string, refusal: Refusal, next = "/"): string {
  const query = new URLSearchParams();
  addRefusal(query, refusal);
  if (next !== "/") query.set("next", next);
  return `${page}?${query}`;
}

/**
 * Without JavaScript a returned error would send the form, password and all, back in a cookie. There the login page
 * is told by its address, and hears a name only if it looks like one: it may be a password in the wrong field.
 */
function failedLogin(refusal: Refusal, formData: FormData): Error | Response {
  const isFetch = getRequestEvent()?.request.headers.has("x-server-instance");
  if (isFetch) return new Error(refusalText(refusal));

  const query = new URLSearchParams();
  addRefusal(query, refusal);
  const username = formField(formData, "username");
  if (username.length <= maxUsernameLength && looksLikeName.test(username)) query.set("username", username);
  if (formField(formData, "remember")) query.set("remember", "on");
  const next = safeNext(formField(formData, "next"));
  if (next !== "/") query.set("next", next);
  return redirect(`/login?${query}`);
}
