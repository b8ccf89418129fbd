import { isSessionError } from "coatcheck";
import { useSession } from "coatcheck/solid-start";

let answer: Promise<string> | undefined;

/** Asks for a session while the server starts, when no request is being answered. */
export function askOutside(): void {
  answer = useSession({ password: process.env["SESSION_SECRET"] }).then(
    () => "a session",
    (error: unknown) => (isSessionError(error) ? error.code : String(error)),
  );
}

/** What {@link askOutside} was told. */
export const answerOutside = (): Promise<string> | undefined => answer;
