import { isShown } from "../../auth/wants-page.ts";
import type { StartEvent } from "./exchange.ts";
import { isServerFunction } from "./routes.ts";

/**
 * Where something is asked for: while a page is rendered or a server function runs for one, in an API route,
 * or in middleware before either. An action may render the page in the same request, to send its data along.
 */
export function placeOf(event: Pick<StartEvent, "nativeEvent">): "page" | "api" | "middleware" {
  if ("routes" in event) return "page";
  if ("params" in event) return "api";
  return isServerFunction(event.nativeEvent.req.url) ? "page" : "middleware";
}

/**
 * Whether a browser shows what is answered from here: pages, and what middleware says in place of one. An API
 * route speaks to programs.
 */
export function isAnswerShown(event: Pick<StartEvent, "nativeEvent">): boolean {
  const place = placeOf(event);
  return place === "middleware" ? isShown(event.nativeEvent.req) : place === "page";
}
