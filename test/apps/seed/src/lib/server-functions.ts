"use server";

import { redirect } from "@solidjs/router";
import type { Session } from "coatcheck";
import { noteEffect } from "./effects.ts";
import { type Kind, type Mark, probe } from "./probe.ts";
import { textOf } from "./text-of.ts";

/** Marks a session in whichever request this runs, in process or over the network. */
export async function setMark(kind: Kind, mark: string) {
  const session = await probe(kind);
  await session.update({ mark });
}

/** Whether a handle from the caller is the one that this function gets. */
export async function isSameHandle(kind: Kind, handle: Session<Mark>) {
  return (await probe(kind)) === handle;
}

/** An action with an effect that can be counted, whoever sends the request. */
export async function countEffect() {
  noteEffect();
  return "counted";
}

/** An action that marks the session and sends the visitor to a page that shows the mark. */
export async function markAndGo(formData: FormData) {
  await setMark("sealed", textOf(formData, "mark"));
  throw redirect("/marked");
}

/** An action that marks the session and answers; the router asks the page's queries again. */
export async function markAndStay(formData: FormData) {
  await setMark("sealed", textOf(formData, "mark"));
  return "marked";
}

/** Fails as database drivers do: with a message and properties that are nobody's business. */
export async function explode(): Promise<string> {
  await setMark("sealed", "before the failure");
  throw Object.assign(new Error("connect to postgres://admin:hunter2@db failed"), {
    statement: "SELECT secret_column FROM vault",
  });
}

/** Fails with a response of its own. */
export async function refuse(): Promise<string> {
  await setMark("sealed", "before the refusal");
  throw new Response("no", { status: 403 });
}

/** Sends the visitor to a path that could be read as a host. */
export async function goTo(formData: FormData) {
  throw redirect(textOf(formData, "to"));
}
