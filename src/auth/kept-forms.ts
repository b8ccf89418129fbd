import { isSessionError } from "../core/errors.ts";
import type { UserId } from "../options.ts";
import { partsOf } from "../parts.ts";
import type { Session } from "../session.ts";
import type { Sessions } from "../sessions.ts";
import type { RequireFreshOptions } from "./guard.ts";
import { safeNext } from "./redirect.ts";

/** Keeps what was typed into a form while the password has to be typed again. */
export interface KeptForms<T extends object> {
  /**
   * Keeps the fields that the options name. What cannot be kept has to be typed again.
   *
   * @throws SessionError as `session.update`
   */
  keep(session: Session<T>, userId: UserId, options: RequireFreshOptions): Promise<void>;
  /** What was kept of a form of this page; `{}` when nothing was, or another user's. Forgets it. */
  take(session: Session<T>, page: string): Promise<Readonly<Record<string, string>>>;
}

/** What is kept of a form, in the session of the user who filled it in. */
interface KeptForm {
  readonly page: string;
  readonly userId: UserId;
  readonly fields: Readonly<Record<string, string>>;
}

/** A session keeps one form, the last one, and no more than so many characters: every later request loads them. */
const MAX_FORM = 65_536;
const KEY = "form";
/**
 * What typing the password may add to a sealed session. One that is full to the last octet could not be
 * confirmed any more.
 */
const ROOM: string = " ".repeat(128);

/** Builds it for the sessions of one name. */
export function createKeptForms<T extends object>(sessions: Sessions<T>): KeptForms<T> {
  const { store } = partsOf(sessions);
  return {
    async keep(session, userId, { form, fields = [], next }) {
      const page = pageOf(next);
      // A caller over the network need not send a form.
      if (typeof form?.get !== "function" || page === undefined) return;
      const texts = fields.map((field) => [field, form.get(field)] as const);
      const typed = texts.filter((text): text is [string, string] => typeof text[1] === "string");
      const length = typed.reduce((sum, [, text]) => sum + text.length, 0);
      if (typed.length === 0 || length > MAX_FORM) return;
      const kept: KeptForm = { page, userId, fields: Object.fromEntries(typed) };
      try {
        if (store === undefined) await session.flash.set(KEY, { ...kept, room: ROOM });
        await session.flash.set(KEY, kept);
      } catch (error) {
        // Then it has to be typed again.
        const lost = ["ERR_SESSION_COOKIE_TOO_LARGE", "ERR_SESSION_REVOKED"] as const;
        if (!lost.some((code) => isSessionError(error, code))) throw error;
      }
    },

    async take(session, page) {
      const kept = (await session.flash.take(KEY)) as KeptForm | undefined;
      // Another user may have logged in on the same browser.
      if (kept === undefined || kept.userId !== sessions.userIdOf(session.data)) return {};
      if (kept.page === pageOf(page)) return kept.fields;
      await session.flash.set(KEY, kept);
      return {};
    },
  };
}

/** The page without its query, which a form's own page may have changed. */
function pageOf(next: string | undefined): string | undefined {
  const path = next === undefined ? "" : safeNext(next, "");
  return path === "" ? undefined : new URL(path, "http://n").pathname;
}
