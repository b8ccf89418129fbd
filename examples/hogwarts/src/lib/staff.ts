"use server";

import { redirect } from "@solidjs/router";
import { ago } from "./ago.ts";
import { logout } from "./auth.ts";
import { latestEvents, noteEvent } from "./auth-events.ts";
import { type Account, db } from "./db.ts";
import { deviceName } from "./device-name.ts";
import { formField } from "./form-field.ts";
import { areStored, getSession, guard, isAllowed, sessions } from "./session.ts";
import { maxReasonLength, type StaffNotice } from "./staff-form.ts";
import type { User } from "./users.ts";

/** Somebody's session, as the staff see it. */
export interface StaffSession {
  /** Public id of the session: it logs nobody in. */
  id: string;
  userId: number;
  userName: string;
  device: string;
  address: string | undefined;
  loggedIn: string;
  lastSeen: string;
  methods: string;
  isCurrent: boolean;
}

/** Somebody's account, as the staff see it. */
export interface StaffAccount {
  id: number;
  name: string;
  username: string;
  role: Account["role"];
  house: string | null;
  isDisabled: boolean;
  isOwn: boolean;
}

/** Something that happened. */
export interface StaffEvent {
  id: string;
  /** ISO 8601, in UTC. */
  at: string;
  type: string;
  /** `undefined` for a name that is nobody's. */
  userName: string | undefined;
  address: string | null;
  detail: string | null;
}

/** All that the staff's page shows. */
export interface StaffRoom {
  /** `null` where sessions cannot be listed. */
  sessions: StaffSession[] | null;
  accounts: StaffAccount[];
  events: StaffEvent[];
}

const page = "/staff";
const shownEvents = 50;

/** What the staff's page shows; for others that it is not theirs. */
export async function viewStaffRoom(): Promise<StaffRoom | "forbidden"> {
  const me = await guard.requireUser({ next: page });
  if (!(await isAllowed(guard.authorize("staff:view")))) return "forbidden";
  const [accounts, events] = await Promise.all([db.user.findMany(), latestEvents(shownEvents)]);
  const names = new Map(accounts.map(({ id, name }) => [String(id), name]));
  return {
    sessions: areStored ? await listSessions(accounts) : null,
    accounts: accounts.map((account) => accountFor(me, account)),
    events: events.map(({ id, at, type, user_id: userId, address, detail }) => {
      const userName = userId === null ? undefined : (names.get(userId) ?? `user ${userId}`);
      return { id, at, type, userName, address, detail };
    }),
  };
}

/** What was half filled in when the password was asked for; once. */
export async function takeStaffForm(): Promise<Readonly<Record<string, string>>> {
  await guard.requireUser({ next: page });
  return guard.takeForm(page);
}

/** Ends anybody's session. */
export async function endSession(formData: FormData) {
  const me = await guard.requireUser({ next: page });
  await guard.authorize("sessions:revoke");
  const [id, userId] = [formField(formData, "id"), formField(formData, "user")];
  const session = await getSession();
  if (id === session.id) return logout();
  const ended = await sessions.revoke(id, { userId });
  if (ended) noteEvent({ type: "session-ended", userId, detail: `by ${me.username}` });
  throw done(ended ? "ended" : "ended-before");
}

/** Disables somebody's account, or enables it again. Whoever does it has typed the password lately. */
export async function changeAccess(formData: FormData) {
  const me = await guard.requireUser({ next: page });
  const [user, to] = [formField(formData, "user"), formField(formData, "to")];
  const id = /^\d{1,9}$/.test(user) ? Number(user) : 0;
  await guard.authorize("users:disable", { id });
  const reason = formField(formData, "reason").replaceAll(/\s+/g, " ").trim().slice(0, maxReasonLength);
  if (reason === "" || (to !== "disabled" && to !== "enabled")) throw done("unchanged");
  await guard.requireFresh({
    next: `${page}#user-${id}`,
    form: formData,
    fields: ["user", "to", "reason"],
  });

  // In this order: whoever logs in meanwhile is either refused already, or ended here.
  const isKnown = await db.user.setDisabled(id, to === "disabled" ? new Date().toISOString() : null);
  if (!isKnown) throw done("unchanged");
  if (to === "disabled" && areStored) await sessions.revokeUser(id);
  noteEvent({ type: `user-${to}`, userId: id, detail: `by ${me.username}: ${reason}` });
  throw done(to);
}

function accountFor(me: User, { id, name, username, role, house, disabledAt }: Account): StaffAccount {
  return { id, name, username, role, house, isDisabled: disabledAt !== null, isOwn: id === me.id };
}

/** Of all users, the latest seen first. */
async function listSessions(accounts: readonly Account[]): Promise<StaffSession[]> {
  const { id: current } = await getSession();
  const now = Date.now();
  const lists = await Promise.all(
    accounts.map(async (user) =>
      (await sessions.list(user.id, { current })).map((session) => ({ user, session })),
    ),
  );
  return lists
    .flat()
    .toSorted((a, b) => b.session.lastSeenAt - a.session.lastSeenAt)
    .map(({ user, session }) => ({
      id: session.id,
      userId: user.id,
      userName: user.name,
      device: deviceName(session.userAgent),
      address: session.address,
      loggedIn: ago(session.authenticatedAt ?? session.createdAt, now),
      lastSeen: session.current ? "now" : ago(session.lastSeenAt, now),
      methods: session.methods.join(" and "),
      isCurrent: session.current,
    }));
}

/** Back to the page by its address, which works without JavaScript too. */
function done(notice: StaffNotice): Response {
  return redirect(`${page}?done=${notice}`);
}
