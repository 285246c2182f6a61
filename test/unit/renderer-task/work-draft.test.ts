import { describe, expect, it } from "vitest";
import { formatWork, readDraft } from "../../../src/renderer/features/task-inspector/work-draft";

const WORK = { run: "make", env: { A: "1", B: "2" }, retries: { count: 2, on_exit_codes: [1, 2] } };

describe("readDraft", () => {
  it("is no edit when nothing was changed, however it is laid out", () => {
    expect(readDraft(formatWork(WORK), WORK)).toEqual({ ok: true, edit: {} });
    const turned = '{"retries":{"on_exit_codes":[1,2],"count":2},"env":{"B":"2","A":"1"},"run":"make"}';
    expect(readDraft(turned, WORK)).toEqual({ ok: true, edit: {} });
  });

  it("names what was changed, added and taken away, and nothing else", () => {
    const text = JSON.stringify({ run: "make all", env: WORK.env, timeout: "5m" });
    expect(readDraft(text, WORK)).toEqual({ ok: true, edit: { run: "make all", timeout: "5m", retries: null } });
  });

  it("tells a change deep inside, and one of an order", () => {
    const text = JSON.stringify({ ...WORK, retries: { count: 2, on_exit_codes: [2, 1] } });
    expect(readDraft(text, WORK)).toEqual({ ok: true, edit: { retries: { count: 2, on_exit_codes: [2, 1] } } });
  });

  it.each(["", "{", "[1]", '"run"', "null", "7"])("does not take %j", (text) => {
    expect(readDraft(text, WORK)).toMatchObject({ ok: false });
  });
});
