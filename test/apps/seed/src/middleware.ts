import { createMiddleware } from "@solidjs/start/middleware";
import { protect } from "coatcheck/solid-start";
import { askOutside } from "./lib/outside.ts";

askOutside();

/** The seed's code must work without any middleware as well: read when the server starts. */
const withoutMiddleware = process.env["SEED_MIDDLEWARE"] === "none";

export default createMiddleware(withoutMiddleware ? [] : [protect({ flashFields: ["username"] })]);
