import { readFileSync } from "node:fs";
import { extname, join, normalize, sep } from "node:path";
import { type ProtocolRequest, type ProtocolResponse, protocol, type Session } from "electron";

/**
 * The page and where it comes from: the built renderer, served under a scheme of our own, so that each file
 * carries the policy as a header and nothing else of the disk has an address. While developing: Vite's server.
 */
export interface Page {
  readonly url: string;
  readonly origin: string;
  /** It comes from Vite's server. */
  readonly isDevelopment: boolean;
}

const SCHEME = "hive-app";
const BUILT_ORIGIN = `${SCHEME}://console`;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".json": "application/json",
  ".map": "application/json",
};

const BINARY = "application/octet-stream";

/** Style attributes are what positioning libraries write; a style attribute runs nothing and loads nothing. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Vite sends styles and its reload client inline, and tells of changes over a socket. */
const DEVELOPMENT_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self' ws:",
].join("; ");

/** The headers of everything that the page is made of. */
const HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cache-control": "no-cache",
} as const;

/** Must run before Electron is ready. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
}

/** `developmentUrl`: Vite's server on this machine; null: the files in `folder`. */
export function servePage(session: Session, folder: string, developmentUrl: string | null): Page {
  if (developmentUrl !== null) {
    session.webRequest.onHeadersReceived((details, respond) => {
      respond({
        responseHeaders: { ...details.responseHeaders, "content-security-policy": [DEVELOPMENT_POLICY] },
      });
    });
    return { url: developmentUrl, origin: new URL(developmentUrl).origin, isDevelopment: true };
  }
  // `handle`, which is not deprecated, loads Node's whole fetch and copies each file through two streams in JavaScript: at a
  // start that costs more than all that the files are read for.
  session.protocol.registerBufferProtocol(SCHEME, (request, respond) => respond(answer(request, folder)));
  return { url: `${BUILT_ORIGIN}/index.html`, origin: BUILT_ORIGIN, isDevelopment: false };
}

/** The file that an address names, or null when it names none inside `folder`. */
export function fileOf(address: string, folder: string): string | null {
  const url = new URL(address);
  if (`${url.protocol}//${url.host}` !== BUILT_ORIGIN) return null;
  let path: string;
  try {
    path = decodeURIComponent(url.pathname);
  } catch {
    return null;
  }
  if (path.includes("\0") || path.includes("\\")) return null;
  const file = normalize(join(folder, path));
  return file.startsWith(folder + sep) && extname(file) in CONTENT_TYPES ? file : null;
}

function answer(request: ProtocolRequest, folder: string): ProtocolResponse {
  const file = request.method === "GET" ? fileOf(request.url, folder) : null;
  const [mimeType = BINARY, charset] = (file === null ? "text/plain" : (CONTENT_TYPES[extname(file)] ?? BINARY)).split(
    "; charset=",
  );
  const described = { headers: HEADERS, mimeType, ...(charset === undefined ? {} : { charset }) };
  try {
    if (file !== null) return { ...described, data: readFileSync(file) };
  } catch {
    // Told as a file that is none of the page's.
  }
  return { ...described, statusCode: 404, data: Buffer.from("not found") };
}
