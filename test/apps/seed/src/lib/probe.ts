import { createSessions, isSessionError, type Session } from "coatcheck";
import { useSession } from "coatcheck/solid-start";
import { memoryStore } from "coatcheck/stores/memory";

export type Mark = { mark?: string };

const probes = {
  sealed: createSessions<Mark>({ name: "sealed", password: process.env["SESSION_SECRET"] }),
  stored: createSessions<Mark>({ name: "stored", store: memoryStore() }),
};

export type Kind = keyof typeof probes;

/** A session beside the seed's, which the fixture marks to see whether a write arrived. */
export function probe(kind: Kind): Promise<Session<Mark>> {
  return useSession(probes[kind]);
}

/** What came of every write that was too late, for the tests to ask. */
export const lateWrites: string[] = [];

/** Marks a session and notes the outcome; a failure goes on to the caller. */
export async function markAndNote(session: Session<Mark>, mark: string): Promise<void> {
  try {
    await session.update({ mark });
    lateWrites.push("kept");
  } catch (error) {
    lateWrites.push(isSessionError(error) ? error.code : String(error));
    throw error;
  }
}

/** Which session a request is about: `?kind=stored`, else the sealed one. */
export function kindOf(url: string): Kind {
  return new URL(url).searchParams.get("kind") === "stored" ? "stored" : "sealed";
}
