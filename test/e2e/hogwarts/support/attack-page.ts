import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A site that is not the application's: serves whatever page a test puts on it. */
export interface AttackSite {
  readonly port: number;
  /** The page that is served from now on. */
  serve(html: string): void;
  stop(): Promise<void>;
}

/** Starts a site on 127.0.0.1; `localhost` reaches it too. */
export async function startAttackSite(): Promise<AttackSite> {
  let page = "";
  const server = createServer((_request, response) => {
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" });
    response.end(`<!doctype html><title>Evil</title><link rel="icon" href="data:,">${page}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    serve: (html) => (page = html),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** What an attacker has to know: it is all in the application's public pages. */
export interface Targets {
  readonly origin: string;
  readonly login: string;
  readonly logout: string;
  readonly students: string;
  readonly studentsArguments: string;
}

/** An attack and the page that carries it out by itself. */
export interface Attack {
  readonly name: string;
  readonly html: string;
}

/** Everything that a page can make a browser send to another origin. */
export function attacks(
  { origin, login, logout, students, studentsArguments }: Targets,
  credentials: Readonly<Record<string, string>>,
): Attack[] {
  const call = (id: string, more: Readonly<Record<string, string>> = {}) =>
    `${origin}/_server?${new URLSearchParams({ id, ...more })}`;
  const inputs = Object.entries(credentials)
    .map(([name, value]) => `<input name="${name}" value="${value}">`)
    .join("");
  const submit = "<script>document.forms[0].submit()</script>";
  const urls = {
    login: call(login, credentials),
    logout: call(logout),
    query: call(students, { args: studentsArguments }),
  };

  const forms = (["login", "logout"] as const).flatMap((target) =>
    ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"].map((type) => ({
      name: `${type} form to ${target}`,
      html: `<form method="post" enctype="${type}" action="${escape(urls[target])}">${inputs}</form>${submit}`,
    })),
  );
  const scripts = Object.entries(urls).flatMap(([target, url]) => [
    {
      name: `link to ${target}`,
      html: `<a href="${escape(url)}">x</a><script>document.links[0].click()</script>`,
    },
    { name: `redirect to ${target}`, html: `<meta http-equiv="refresh" content="0;url=${escape(url)}">` },
    { name: `image of ${target}`, html: `<img src="${escape(url)}">` },
    { name: `script of ${target}`, html: `<script src="${escape(url)}"></script>` },
    { name: `frame of ${target}`, html: `<iframe src="${escape(url)}"></iframe>` },
    {
      name: `fetch of ${target}`,
      html: script(`fetch(${JSON.stringify(url)}, { mode: "no-cors", credentials: "include" })`),
    },
    {
      name: `fetch that posts to ${target}`,
      html: script(
        `fetch(${JSON.stringify(url)}, { method: "POST", mode: "no-cors", credentials: "include", body: new URLSearchParams(${JSON.stringify(credentials)}) })`,
      ),
    },
    {
      name: `fetch to ${target} with Solid's header`,
      html: script(
        `fetch(${JSON.stringify(url)}, { method: "POST", credentials: "include", headers: { "X-Server-Instance": "server-fn:0" } })`,
      ),
    },
    {
      name: `beacon to ${target}`,
      html: script(
        `navigator.sendBeacon(${JSON.stringify(url)}, new URLSearchParams(${JSON.stringify(credentials)}))`,
      ),
    },
  ]);
  const reading = [
    { name: "fetch that reads the API", html: reader(`${origin}/api/slytherin/admin`, "cors") },
    { name: "fetch that reads a page", html: reader(`${origin}/houses/slytherin`, "cors") },
    { name: "script of the API", html: `<script src="${origin}/api/slytherin/admin"></script>` },
    { name: "frame of a page", html: `<iframe src="${origin}/"></iframe>` },
  ];
  return [...forms, ...scripts, ...reading];
}

const script = (code: string) => `<script>${code}</script>`;
const reader = (url: string, mode: string) =>
  script(
    `fetch(${JSON.stringify(url)}, { mode: "${mode}", credentials: "include" }).then((answer) => answer.text()).then((text) => document.title = "read " + text)`,
  );
const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
