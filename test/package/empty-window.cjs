// The least that shows a window: what the start of the console is measured against.
const { app, BrowserWindow } = require("electron");

app.setPath("userData", process.env.EMPTY_WINDOW_DATA);
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1440, height: 900, show: false });
  window.once("ready-to-show", () => window.show());
  window.loadURL("data:text/html,<main id=usable>empty</main>");
});
process.on("SIGTERM", () => app.exit(0));
