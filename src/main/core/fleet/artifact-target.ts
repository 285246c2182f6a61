import { isAbsolute } from "node:path";
import { HiveError } from "../../../shared/errors";
import type { Environment } from "../agents/agent";
import { createFolderTarget } from "./artifact-folder";
import { createS3Target, type S3Place } from "./artifact-s3";

/** Where files of tasks are kept between hosts. Names are `/`-separated, safe segments; see `artifacts.ts`. */
export interface ArtifactTarget {
  /** For messages; without a secret. */
  readonly says: string;
  /** Keeps a file under a name: whole, or not at all. Throws when its bytes are not `sha256`. */
  put(name: string, file: ArtifactFile, signal?: AbortSignal): Promise<void>;
  putText(name: string, text: string, signal?: AbortSignal): Promise<void>;
  /** Null: there is none of that name. */
  get(name: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array> | null>;
}

export interface ArtifactFile {
  readonly path: string;
  readonly bytes: number;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/**
 * The target of an address: an absolute path or `file://` names a folder that all hosts share (NFS, SMB), and
 * `s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION` a bucket of anything that speaks S3, with the keys of
 * `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`. Null for no address.
 * @throws HiveError `invalid_input`
 */
export function artifactTarget(address: string, environment: Environment): ArtifactTarget | null {
  const given = address.trim();
  if (given === "") return null;
  if (isAbsolute(given)) return createFolderTarget(given);
  if (!URL.canParse(given)) throw noAddress(given, "it is neither an absolute path nor a URL");
  const url = new URL(given);
  if (url.protocol === "file:") return createFolderTarget(decodeURIComponent(url.pathname));
  if (url.protocol !== "s3:") throw noAddress(given, `${url.protocol}// is not known`);
  return createS3Target(placeOf(url, given), keysOf(environment, given));
}

const KNOWN_PARAMETERS = new Set(["endpoint", "region"]);

function placeOf(url: URL, given: string): S3Place {
  const bucket = url.hostname;
  if (bucket === "") throw noAddress(given, "it names no bucket");
  if (url.username !== "" || url.password !== "") throw noAddress("s3://...", "keys do not belong into it");
  const unknown = [...url.searchParams.keys()].find((name) => !KNOWN_PARAMETERS.has(name));
  if (unknown !== undefined) throw noAddress(given, `"${unknown}" is not known in it`);
  const region = url.searchParams.get("region") ?? "us-east-1";
  const endpoint = url.searchParams.get("endpoint") ?? `https://s3.${region}.amazonaws.com`;
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw noAddress(given, "its endpoint is no http:// or https:// address");
  }
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, "");
  return { bucket, prefix, region, endpoint: endpoint.replace(/\/+$/, "") };
}

function keysOf(environment: Environment, given: string) {
  const [accessKeyId, secretAccessKey] = [environment.AWS_ACCESS_KEY_ID, environment.AWS_SECRET_ACCESS_KEY];
  if (!accessKeyId || !secretAccessKey) {
    throw new HiveError(
      "invalid_input",
      `The artifact target ${given} needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.`,
    );
  }
  const sessionToken = environment.AWS_SESSION_TOKEN;
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

function noAddress(given: string, why: string): HiveError {
  return new HiveError(
    "invalid_input",
    `${JSON.stringify(given)} is no artifact target: ${why}. Give an absolute path of a shared folder, or s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION.`,
    { given },
  );
}
