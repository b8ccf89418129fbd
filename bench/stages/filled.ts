import type { TestServer } from "../../test/support/server.ts";
import type { RunningStage } from "../lib/stage.ts";

/**
 * A server as a stage, once it is filled; one that could not be filled is stopped.
 *
 * @param variable - Where tasks find its address.
 * @param fill - Fills it. @returns its name and version.
 */
export async function filled(
  server: TestServer,
  variable: string,
  fill: (url: string) => Promise<string>,
): Promise<RunningStage> {
  try {
    const version = await fill(server.url);
    return { version, variables: { [variable]: server.url }, pid: server.pid(), stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
