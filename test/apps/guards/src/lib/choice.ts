/** Which middleware, and what else the library brings with it: read when the server starts. */
export const choice = process.env["GUARDS_MIDDLEWARE"] as "protect" | "last" | "none";

/** An application that has taken nothing but guards and logins. */
export const isBare = choice === "none";
