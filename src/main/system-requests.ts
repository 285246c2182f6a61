import { app } from "electron";

/**
 * On macOS the system hands files and links to the program that runs already. Each becomes a start of its own, which
 * finds the window that it belongs to, or becomes it. `start`: given what would stand on the command line.
 */
export function takeFromSystem(start: (request: string) => Promise<void>): void {
  app.on("open-url", (event, url) => {
    event.preventDefault();
    void start(url);
  });
  app.on("open-file", (event, file) => {
    event.preventDefault();
    void start(file);
  });
}
