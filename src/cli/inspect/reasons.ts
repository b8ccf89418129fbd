import type { RejectionReason } from "../../events.ts";

/** What a reason means, and what to do about it. */
export interface Explanation {
  readonly why: string;
  readonly fix: string;
}

/** Every reason to refuse a cookie, in plain words. */
export const EXPLANATIONS: Readonly<Record<RejectionReason, Explanation>> = {
  duplicate: {
    why: "The browser sends two cookies of this name, and to choose one would be a guess.",
    fix: "Find who sets the other: another path, a parent domain, or an application without the __Host- prefix. Delete both in the browser.",
  },
  malformed: {
    why: "It has not the form of a token: it was cut off, changed on its way, or never was one.",
    fix: "Copy the whole value. If a visitor sent it like this, look for what sets or rewrites the cookie.",
  },
  "unknown-key": {
    why: "It was sealed under a password that is not among those given.",
    fix: "If the password was changed, keep the old one in the list for as long as absoluteTimeout. Give it here by --password-env.",
  },
  "out-of-lifetime": {
    why: "It was sealed on a day on which no session could have begun that is still alive, or on a day to come.",
    fix: "If it is old, log in again. If the day is in the future, set the clocks of the servers by NTP.",
  },
  forged: {
    why: "The password is one of those given, but the token is not authentic: it belongs to a session of another name, was changed, or was made up.",
    fix: "Check the session's name (--name). Two applications with one password need not share a name, and should not share a password.",
  },
  "not-found": {
    why: "The store has no living session of this token: it was revoked, logged out, replaced at a login, has expired, or never was.",
    fix: "Log in again. If many are missing, run coatcheck doctor: the store may lose what it acknowledged.",
  },
  expired: {
    why: "The absolute limit is over, which no activity moves.",
    fix: "Log in again. absoluteTimeout sets the limit.",
  },
  idle: {
    why: "The visitor was away for longer than the idle limit.",
    fix: "Log in again. idleTimeout sets the limit.",
  },
  "not-yet-valid": {
    why: "It was made more than a minute in the future, by a clock that is ahead of this one.",
    fix: "Set the clocks of all machines by NTP.",
  },
  version: {
    why: "Its data has another version than the application's, and no migrate was given here that leads from the one to the other.",
    fix: "Data of an earlier version needs the option migrate. Data of a later one was written by a newer application.",
  },
  "invalid-data": {
    why: "The schema refuses its data.",
    fix: "Raise version and give createSessions a migrate that brings older data to the new form.",
  },
};
