import type { PasswordRules } from "coatcheck/password";
import type { Account } from "./db.ts";

// There is no second factor here, and without one NIST SP 800-63B-4 asks for as much.
export const minPasswordLength = 15;
export const maxPasswordLength = 256;

/** What this user's next password has to be. */
export function passwordRules({
  username,
  email,
  name,
}: Pick<Account, "username" | "email" | "name">): PasswordRules {
  return {
    minLength: minPasswordLength,
    maxLength: maxPasswordLength,
    words: ["Hogwarts", username, name, ...(email === null ? [] : [email])],
  };
}
