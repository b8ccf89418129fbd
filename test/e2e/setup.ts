import { buildFixtures } from "./support/fixtures.ts";

/** Before any end-to-end test, and once for all of them. `npm test` has built the example application already. */
export default async function setup(): Promise<void> {
  await buildFixtures();
}
