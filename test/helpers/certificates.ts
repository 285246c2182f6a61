import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Paths of PEM files made for one test: an authority, and a server's certificate that it has signed. */
export interface Certificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/**
 * Makes an authority and a certificate for a server, good for a day.
 * @param names what the server is reached by, as `IP:127.0.0.1` or `DNS:localhost`
 */
export function makeCertificates(folder: string, names = ["IP:127.0.0.1", "DNS:localhost"]): Certificates {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync("openssl", args, { stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const extensions = at("server.ext");
  writeFileSync(extensions, `subjectAltName=${names.join(",")}\n`);
  openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    at("ca.key"),
    "-out",
    at("ca.pem"),
    "-days",
    "1",
    "-subj",
    "/CN=test authority",
  );
  openssl("req", ...key, "-keyout", at("server.key"), "-out", at("server.csr"), "-subj", "/CN=test server");
  const signed = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-extfile", extensions, "-days", "1"];
  openssl("x509", "-req", "-in", at("server.csr"), "-out", at("server.pem"), ...signed);
  return { ca: at("ca.pem"), certificate: at("server.pem"), key: at("server.key") };
}
