import { app, type Session, type WebContents } from "electron";
import type { Page } from "./page";

/**
 * Keeps every web page of this process where it is: no navigation, no further windows, no embedded pages, no
 * downloads, no permissions. Holds for pages that nobody meant to open, too.
 */
export function guardPages(session: Session, page: Page): void {
  app.on("web-contents-created", (_event, contents) => guard(contents, page));
  // Copying text at the operator's click is the only thing a page of ours ever asks for.
  session.setPermissionRequestHandler((contents, permission, decide) =>
    decide(isCopy(permission) && isOurs(contents, page)),
  );
  session.setPermissionCheckHandler((contents, permission) => isCopy(permission) && isOurs(contents, page));
  session.setDevicePermissionHandler(() => false);
  session.on("will-download", (event) => event.preventDefault());
}

function isCopy(permission: string): boolean {
  return permission === "clipboard-sanitized-write";
}

function isOurs(contents: WebContents | null, page: Page): boolean {
  return contents !== null && contents.mainFrame.origin === page.origin;
}

function guard(contents: WebContents, page: Page): void {
  // A reload of the page arrives here as a navigation to itself.
  contents.on("will-navigate", (event) => {
    if (withoutFragment(event.url) !== withoutFragment(page.url)) event.preventDefault();
  });
  contents.on("will-frame-navigate", (event) => {
    if (!event.isMainFrame) event.preventDefault();
  });
  contents.on("will-redirect", (event) => event.preventDefault());
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: "deny" }));
}

function withoutFragment(url: string): string {
  return url.split("#", 1)[0] ?? "";
}
