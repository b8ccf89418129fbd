/** What the login page's fields take, and what it says when a login fails: for the page and the server alike. */
export const maxUsernameLength = 64;
export const maxPasswordLength = 256;

export const loginMessages = {
  invalid: "Invalid login",
  unavailable: "The login is out of order. Please try again in a moment.",
};

export type LoginFailure = keyof typeof loginMessages;
