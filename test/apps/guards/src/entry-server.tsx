// @refresh reload
import { createHandler, StartServer } from "@solidjs/start/server";
import { renderOptions } from "coatcheck/solid-start";
import { isBare } from "./lib/choice.ts";

export default createHandler(
  () => (
    <StartServer
      document={({ assets, children, scripts }) => (
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            {assets}
          </head>
          <body>
            <div id="app">{children}</div>
            {scripts}
          </body>
        </html>
      )}
    />
  ),
  isBare ? {} : renderOptions,
);
