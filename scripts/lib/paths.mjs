import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** The repository's root. */
export const root = fileURLToPath(new URL("../../", import.meta.url)).replace(/[\\/]$/, "");

/** The application that `npm start` serves. */
export const app = join(root, "examples", "hogwarts");

/** The application that the end-to-end tests put the framework's edges into. */
export const seedApp = join(root, "test", "apps", "seed");
