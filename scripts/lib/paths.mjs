import { fileURLToPath } from "node:url";
import { join } from "node:path";

/** The repository's root. */
export const root = fileURLToPath(new URL("../../", import.meta.url)).replace(/[\\/]$/, "");

/** The application that `npm start` serves. */
export const app = join(root, "examples", "hogwarts");

/** The application that the end-to-end tests put the framework's edges into. */
export const seedApp = join(root, "test", "apps", "seed");

/** The one in which they ask guards in every place that there is. */
export const guardsApp = join(root, "test", "apps", "guards");

/** The one that docs/quickstart.md shows. */
export const quickstartApp = join(root, "test", "apps", "quickstart");
