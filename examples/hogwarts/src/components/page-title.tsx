import { createEffect, type JSX } from "solid-js";
import { escape, getRequestEvent, isServer, ssr, useAssets } from "solid-js/web";

/** The title of the page; where several are rendered, the last one counts. */
export function PageTitle(props: { text: string }): null {
  const title = () => `${props.text} · Hogwarts`;
  if (isServer) writeOnServer(title());
  else createEffect(() => (document.title = title()));
  return null;
}

/** The head is put together when everything is rendered, so by then `locals` holds the last title. */
function writeOnServer(title: string): void {
  const { locals } = getRequestEvent()!;
  const isFirst = locals["title"] === undefined;
  locals["title"] = title;
  if (isFirst) useAssets(() => ssr(`<title>${escape(locals["title"])}</title>`) as unknown as JSX.Element);
}
