import { query } from "@solidjs/router";
import { useSession as useStartSession } from "@solidjs/start/http";
import { createSessions } from "coatcheck";
import { useSession } from "coatcheck/solid-start";
import { getRequestEvent } from "solid-js/web";
import { openExchange } from "../../../../src/adapters/solid-start/exchange.ts";
import { SELDOM_NOTED } from "../../../candidates/settings.ts";
import { SOMEBODY } from "../../../http/page.ts";

const password = process.env.SESSION_SECRET;
const sessions = createSessions({ password, ...SELDOM_NOTED, trustProxy: true });

/** No session. */
export const plain = query(async () => {
  "use server";
  return SOMEBODY;
}, "plain");

/** No session, and the headers that a touched one adds. */
export const marked = query(async () => {
  "use server";
  openExchange(getRequestEvent().nativeEvent).markPrivate();
  return SOMEBODY;
}, "marked");

/** The same with a look at the Cookie header. */
export const looked = query(async () => {
  "use server";
  const exchange = openExchange(getRequestEvent().nativeEvent);
  exchange.markPrivate();
  return exchange.header("cookie") === null ? undefined : SOMEBODY;
}, "looked");

/** A session at hand that is not looked at. */
export const untouched = query(async () => {
  "use server";
  await useSession(sessions);
  return SOMEBODY;
}, "untouched");

/** Whose session it is. */
export const touched = query(async () => {
  "use server";
  const session = await useSession(sessions);
  return session.data.userId;
}, "touched");

/** The same with what SolidStart brings. */
export const own = query(async () => {
  "use server";
  const session = await useStartSession({ password });
  return session.data.userId;
}, "own");
