"use server";

import { redirect } from "@solidjs/router";
import { ago } from "./ago.ts";
import { logout } from "./auth.ts";
import { noteEvent } from "./auth-events.ts";
import { deviceName } from "./device-name.ts";
import type { DeviceNotice } from "./device-notices.ts";
import { formField } from "./form-field.ts";
import { areStored, getSession, guard, sessions } from "./session.ts";

/** One of the visitor's sessions, as the page shows it. */
export interface Device {
  /** Public id of the session: it logs nobody in. */
  id: string;
  name: string;
  address: string | undefined;
  loggedIn: string;
  lastSeen: string;
  isCurrent: boolean;
}

const page = "/account/sessions";

/** The visitor's sessions, the present one first; `null` where they cannot be listed. */
export async function listDevices(): Promise<Device[] | null> {
  const user = await guard.requireUser({ next: page });
  if (!areStored) return null;
  const { id: current } = await getSession();
  const now = Date.now();
  const list = await sessions.list(user.id, { current });
  return list
    .toSorted((a, b) => Number(b.current) - Number(a.current))
    .map(({ id, userAgent, address, authenticatedAt, createdAt, lastSeenAt, current: isCurrent }) => ({
      id,
      name: deviceName(userAgent),
      address,
      loggedIn: ago(authenticatedAt ?? createdAt, now),
      lastSeen: isCurrent ? "now" : ago(lastSeenAt, now),
      isCurrent,
    }));
}

/** Ends one session of the visitor's. The form may name any id: only one of this user's is ended. */
export async function endDevice(formData: FormData) {
  const user = await guard.requireUser({ next: page });
  const id = formField(formData, "id");
  const session = await getSession();
  if (id === session.id) return logout();
  const ended = await sessions.revoke(id, { userId: user.id });
  if (ended) noteEvent({ type: "session-ended", userId: user.id, detail: "by the user" });
  throw done(ended ? "one" : "none");
}

/** Ends the visitor's sessions on all other devices. */
export async function endOthers() {
  const user = await guard.requireUser({ next: page });
  const session = await getSession();
  await sessions.revokeUser(user.id, { except: session.id });
  throw done("others");
}

/** Ends all of the visitor's sessions, this one too. */
export async function endAll() {
  const user = await guard.requireUser({ next: page });
  await sessions.revokeUser(user.id);
  return logout();
}

/** Back to the page by its address, which works without JavaScript too. */
function done(notice: DeviceNotice): Response {
  return redirect(`${page}?done=${notice}`);
}
