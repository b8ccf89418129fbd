import { query, redirect } from "@solidjs/router";
import { getRequestEvent } from "solid-js/web";
import { type Kind, markAndNote, probe } from "./probe.ts";
import { explode, isSameHandle, setMark } from "./server-functions.ts";

/** Waits, in turns of the event loop, until the head of the response has left. */
async function headSent(): Promise<void> {
  const native = getRequestEvent()?.nativeEvent;
  const sent = () => native?.runtime?.node?.res?.headersSent !== false;
  while (!sent()) await new Promise(setImmediate);
}

export const getMark = query(async (kind: Kind) => {
  "use server";
  return (await probe(kind)).data.mark ?? "none";
}, "mark");

/** Touches the session for the first time, and writes it, when the head has left. */
export const updateLate = query(async (kind: Kind, mark: string) => {
  "use server";
  await headSent();
  await markAndNote(await probe(kind), mark);
  return mark;
}, "update-late");

/** Reads the session in time and writes it when the head has left. */
export const readAndUpdateLate = query(async (kind: Kind, mark: string) => {
  "use server";
  const session = await probe(kind);
  await headSent();
  await markAndNote(session, mark);
  return mark;
}, "read-and-update-late");

export const update = query(async (kind: Kind, mark: string) => {
  "use server";
  await new Promise(setImmediate);
  await (await probe(kind)).update({ mark });
  return mark;
}, "update");

/** Lets another server function write, in process, and reads through the handle that it had before. */
export const updateThroughAnother = query(async (kind: Kind, mark: string) => {
  "use server";
  const session = await probe(kind);
  await setMark(kind, mark);
  return `${session.data.mark}, ${(await isSameHandle(kind, session)) ? "one handle" : "two handles"}`;
}, "update-through-another");

export const updateAndRedirect = query(async (kind: Kind, mark: string): Promise<string> => {
  "use server";
  await (await probe(kind)).update({ mark });
  throw redirect("/marked");
}, "update-and-redirect");

export const redirectLate = query(async (_kind: Kind, _mark: string): Promise<string> => {
  "use server";
  await headSent();
  throw redirect("/login");
}, "redirect-late");

export const fail = query(async (_kind: Kind, _mark: string): Promise<string> => {
  "use server";
  return explode();
}, "fail");
