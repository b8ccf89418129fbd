import { redirect } from "@solidjs/router";
import type { APIEvent } from "@solidjs/start/server";
import { kindOf, markAndNote, probe } from "~/lib/probe";

/** Marks a session and then answers in one of all the ways that an API route can. */
export async function GET({ request, params }: APIEvent) {
  const session = await probe(kindOf(request.url));
  const how = params["how"] ?? "";
  if (how === "stream-late") {
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise(setImmediate);
        const outcome = await markAndNote(session, "late").then(() => "kept", String);
        controller.enqueue(new TextEncoder().encode(outcome));
        controller.close();
      },
    });
    return new Response(body);
  }

  await session.update({ mark: how });
  const [verb, status] = how.split("-");
  if (verb === "return") return response(Number(status));
  if (verb === "throw") throw response(Number(status));
  if (how === "redirect") throw redirect("/login");
  if (how === "object") return { mark: how };
  if (how === "foreign") return fetch(new URL("/healthz", request.url));
  throw Object.assign(new Error("the vault's combination is 12345"), { statement: "SELECT secret_column" });
}

function response(status: number): Response {
  const headers = status >= 300 && status < 400 ? { Location: "/login" } : undefined;
  return new Response(status === 204 ? null : `${status}`, { status, ...(headers && { headers }) });
}
