import { createWriteStream } from "node:fs";
import { mkdir, open, symlink } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw } from "node:zlib";

const END_SIGNATURE = 0x06054b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_SIZE = 22;
const MAX_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const MODE_TYPE = 0o170000;
const MODE_LINK = 0o120000;

async function readAt(file, position, length) {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead !== length) throw new Error(`The zip file ends early: ${length} bytes wanted at ${position}`);
  return buffer;
}

/**
 * The entries of a zip file's central directory. Zip64 and encryption are refused.
 * @returns {Promise<{ name: string, mode: number, method: number, crc: number, compressedSize: number, size: number,
 *   offset: number }[]>}
 */
async function readEntries(file) {
  const { size: total } = await file.stat();
  const tailLength = Math.min(total, END_SIZE + MAX_COMMENT);
  const tail = await readAt(file, total - tailLength, tailLength);
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(END_SIGNATURE);
  const end = tail.lastIndexOf(signature);
  if (end < 0) throw new Error("Not a zip file, or cut off: the end of the directory is missing");
  const count = tail.readUInt16LE(end + 10);
  const directorySize = tail.readUInt32LE(end + 12);
  const directoryOffset = tail.readUInt32LE(end + 16);
  if (count === 0xffff || directoryOffset === 0xffffffff) throw new Error("Zip64 files are not supported");
  const directory = await readAt(file, directoryOffset, directorySize);
  const entries = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (directory.readUInt32LE(at) !== CENTRAL_SIGNATURE) throw new Error("The zip file's directory is damaged");
    const nameLength = directory.readUInt16LE(at + 28);
    const name = directory.toString("utf8", at + 46, at + 46 + nameLength);
    if (directory.readUInt16LE(at + 8) & 1) throw new Error(`${name} is encrypted`);
    entries.push({
      name,
      mode: directory.readUInt32LE(at + 38) >>> 16,
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      compressedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

function checked(entry) {
  let crc = 0;
  let size = 0;
  return new Transform({
    transform(chunk, _encoding, callback) {
      crc = crc32(chunk, crc);
      size += chunk.length;
      callback(null, chunk);
    },
    flush(callback) {
      const intact = crc === entry.crc && size === entry.size;
      callback(intact ? null : new Error(`${entry.name} is damaged in the zip file: its checksum differs`));
    },
  });
}

async function* content(file, entry) {
  const header = await readAt(file, entry.offset, 30);
  if (header.readUInt32LE(0) !== LOCAL_SIGNATURE) throw new Error(`${entry.name} is damaged in the zip file`);
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  const chunkSize = 1 << 20;
  for (let done = 0; done < entry.compressedSize; done += chunkSize) {
    yield await readAt(file, start + done, Math.min(chunkSize, entry.compressedSize - done));
  }
}

function stages(file, entry) {
  if (entry.method === STORED) return [content(file, entry), checked(entry)];
  if (entry.method === DEFLATED) return [content(file, entry), createInflateRaw(), checked(entry)];
  throw new Error(`${entry.name} is packed with the unknown method ${entry.method}`);
}

async function readLinkTarget(file, entry) {
  const chunks = [];
  await pipeline([
    ...stages(file, entry),
    async (source) => {
      for await (const chunk of source) chunks.push(chunk);
    },
  ]);
  return Buffer.concat(chunks).toString("utf8");
}

function inside(folder, path) {
  return path === folder || path.startsWith(folder + sep);
}

/**
 * Unpacks a zip file with its permission bits and symbolic links, checking every checksum. Nothing is written outside
 * `target`, whatever the names in the file say.
 * @param {(name: string) => string | undefined} [place] the path below `target` for an entry's name; undefined skips it
 * @param {(done: number, total: number) => void} [onProgress] unpacked bytes of the wanted entries
 */
export async function unzip(zipPath, target, place = (name) => name, onProgress = () => {}) {
  const root = resolve(target);
  const file = await open(zipPath, "r");
  try {
    const wanted = [];
    for (const entry of await readEntries(file)) {
      const relative = place(entry.name);
      if (relative === undefined) continue;
      const path = resolve(join(root, relative));
      if (!inside(root, path)) throw new Error(`${entry.name} would be written outside ${root}`);
      wanted.push({ entry, path });
    }
    const total = wanted.reduce((sum, { entry }) => sum + entry.size, 0);
    let done = 0;
    for (const { entry, path } of wanted) {
      if (entry.name.endsWith("/")) {
        await mkdir(path, { recursive: true });
        continue;
      }
      await mkdir(dirname(path), { recursive: true });
      if ((entry.mode & MODE_TYPE) === MODE_LINK) {
        const link = await readLinkTarget(file, entry);
        if (!inside(root, resolve(dirname(path), link))) throw new Error(`${entry.name} links outside ${root}`);
        await symlink(link, path);
      } else {
        const mode = entry.mode & 0o777 || 0o644;
        await pipeline([...stages(file, entry), createWriteStream(path, { mode })]);
      }
      done += entry.size;
      onProgress(done, total);
    }
  } finally {
    await file.close();
  }
}
