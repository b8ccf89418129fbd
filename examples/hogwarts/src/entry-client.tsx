// @refresh reload
import { mount, StartClient } from "@solidjs/start/client";
import { askAgain } from "~/lib/ask-again";

askAgain();
mount(() => <StartClient />, document.getElementById("app")!);
