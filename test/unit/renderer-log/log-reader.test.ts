import { describe, expect, it, vi } from "vitest";
import { bufferFrom, bufferTo, linesOf, MAX_BUFFER_BYTES } from "../../../src/renderer/ui/log-viewer/log-buffer";
import { createLogReader, type LogSource } from "../../../src/renderer/ui/log-viewer/log-reader";

/** A log in memory, ASCII only, that can grow. */
function memoryLog(initial: string) {
  let text = initial;
  let ended = false;
  const watchers = new Set<Parameters<LogSource["watch"]>[0]>();
  const tell = () => {
    for (const watcher of watchers) watcher({ size: text.length, ended });
  };
  const source: LogSource = {
    read({ from, maxBytes }) {
      const start = from ?? Math.max(0, text.length - maxBytes);
      const to = Math.min(text.length, start + maxBytes);
      return Promise.resolve({ from: start, to, size: text.length, text: text.slice(start, to), ended });
    },
    search: () => Promise.resolve(),
    save: () => Promise.resolve(null),
    watch(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
  };
  return {
    source,
    watchers,
    grow(more: string) {
      text += more;
      tell();
    },
    end() {
      ended = true;
      tell();
    },
  };
}

const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `line ${String(from + index).padStart(94, "0")}\n`).join("");

function until(test: () => boolean): Promise<void> {
  return vi.waitFor(() => expect(test()).toBe(true), { interval: 1 });
}

describe("createLogReader", () => {
  it("reads a short log whole, follows its growth and learns of its end", async () => {
    const log = memoryLog("a\nb\n");
    const reader = createLogReader(log.source);
    await until(() => reader.getState().loaded);
    log.grow("c\n");
    await until(() => linesOf(reader.getState().buffer).count === 3);
    log.end();
    expect(reader.getState().ended).toBe(true);
  });

  it("reads the end first, counts the lines before it, and reads older on request", async () => {
    const log = memoryLog(numbered(1, 10_000));
    const reader = createLogReader(log.source);
    await until(() => reader.getState().buffer.numberOffset !== null);
    const lines = linesOf(reader.getState().buffer);
    expect(lines.number(lines.count - 1)).toBe(10_000);
    expect(lines.text(lines.count - 1)).toContain("10000");
    const from = bufferFrom(reader.getState().buffer);
    reader.readOlder();
    await until(() => bufferFrom(reader.getState().buffer) < from);
    const older = linesOf(reader.getState().buffer);
    expect(Number(older.text(0).slice(5))).toBe(older.number(0));
  });

  it("stays within its memory while following a long log", async () => {
    const log = memoryLog("");
    const reader = createLogReader(log.source);
    await until(() => reader.getState().loaded);
    for (let block = 0; block < 12; block++) {
      log.grow(numbered(block * 5_000 + 1, 5_000));
      await until(() => bufferTo(reader.getState().buffer) === reader.getState().size);
    }
    const { buffer } = reader.getState();
    expect(bufferTo(buffer) - bufferFrom(buffer)).toBeLessThanOrEqual(MAX_BUFFER_BYTES);
    const lines = linesOf(buffer);
    expect(lines.number(lines.count - 1)).toBe(60_000);
  });

  it("leaves what is being read alone while the log runs on, and jumps to the end when followed again", async () => {
    const log = memoryLog(numbered(1, 10_000));
    const reader = createLogReader(log.source);
    await until(() => reader.getState().loaded);
    reader.setFollowing(false);
    const from = bufferFrom(reader.getState().buffer);
    log.grow(numbered(10_001, 100_000));
    await until(() => reader.getState().reading === null && bufferTo(reader.getState().buffer) > 3_000_000);
    expect(bufferFrom(reader.getState().buffer)).toBe(from);
    expect(bufferTo(reader.getState().buffer)).toBeLessThan(reader.getState().size);
    reader.setFollowing(true);
    await until(() => bufferTo(reader.getState().buffer) === reader.getState().size);
  });

  it.each([1, 7, 50_000, 99_999, 100_000])("goes to line %i of a long log with its number", async (line) => {
    const log = memoryLog(numbered(1, 100_000));
    const reader = createLogReader(log.source);
    await until(() => reader.getState().loaded);
    reader.goTo({ byte: (line - 1) * 100, line });
    await until(() => linesOf(reader.getState().buffer).indexOfNumber(line) !== null);
    const { buffer, following } = reader.getState();
    const lines = linesOf(buffer);
    expect(Number(lines.text(lines.indexOfNumber(line) ?? -1).slice(5))).toBe(line);
    expect(lines.number(0)).toBe(Number(lines.text(0).slice(5)));
    expect(following).toBe(false);
  });

  it("says why a read failed and goes on when asked", async () => {
    const log = memoryLog("a\n");
    let fails = true;
    const reader = createLogReader({
      ...log.source,
      read: (request) => (fails ? Promise.reject(new Error("gone")) : log.source.read(request)),
    });
    await until(() => reader.getState().error === "gone");
    fails = false;
    reader.retry();
    await until(() => reader.getState().loaded);
    expect(reader.getState().error).toBeNull();
  });

  it("stops listening when closed", () => {
    const log = memoryLog("");
    const reader = createLogReader(log.source);
    expect(log.watchers.size).toBe(1);
    reader.close();
    expect(log.watchers.size).toBe(0);
  });
});
