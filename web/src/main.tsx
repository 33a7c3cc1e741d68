import "./design/tokens.css";
import "./design/base.css";
import "./design/shell.css";
import "./charts/charts.css";
import { effect } from "@preact/signals";
import { render } from "preact";
import { serverGoneSince } from "./api/client";
import { isAttended } from "./api/poll";
import { loadSession, user } from "./api/session";
import { App } from "./app";
import { showThemeOf } from "./design/theme";
import { startKeys } from "./keys/registry";
import { startRouter } from "./router/router";

const kRetryMs = 3000;
const kSessionEveryMs = 30_000;

showThemeOf(null);
effect(() => showThemeOf(user.value?.name ?? null));
startRouter();
startKeys();
void loadSession();

// While the server is silent, ask until it answers; else now and then, for notices and permissions.
setInterval(() => {
  if (serverGoneSince.value) void loadSession();
}, kRetryMs);
setInterval(() => {
  if (user.value && isAttended()) void loadSession();
}, kSessionEveryMs);

// A file let go beside its target must not replace the page.
for (const kind of ["dragover", "drop"] as const) {
  addEventListener(kind, (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  });
}

const root = document.getElementById("app");
if (root) {
  root.replaceChildren();
  render(<App />, root);
}
