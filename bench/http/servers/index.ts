import type { HttpServer } from "../server.ts";

/** Where each framework's servers are: loaded by those processes alone that serve them. */
const modules: Readonly<Record<string, () => Promise<readonly HttpServer[]>>> = {
  "node:http": async () => (await import("./node.ts")).nodeServers,
  fetch: async () => (await import("./fetch.ts")).fetchServers,
  h3: async () => (await import("./h3.ts")).h3Servers,
  fastify: async () => (await import("./fastify.ts")).fastifyServers,
  express: async () => (await import("./express.ts")).expressServers,
  SolidStart: async () => (await import("./solid-start.ts")).solidStartServers,
};

/** The servers of a framework, by its name. */
export function serversOf(framework: string): Promise<readonly HttpServer[]> {
  return modules[framework]!();
}
