import type { OperationInput, OperationName, OperationOutput, PushMessages, PushName } from "../shared/contract";
import type { Envelope } from "../shared/errors";

/** What preload puts on `window.hive`: the renderer's only way out. */
export interface HiveBridge {
  /** What the window's ground was when it opened: the theme of a page that has no choice of its own yet. */
  readonly ground: "dark" | "light";
  call<Name extends OperationName>(name: Name, input: OperationInput<Name>): Promise<Envelope<OperationOutput<Name>>>;
  /** Returns what ends the subscription. */
  on<Name extends PushName>(name: Name, listener: (message: PushMessages[Name]) => void): () => void;
  /** The id by which main knows a file that was dropped on the window; null when it is none on the disk. */
  nameFile(file: File): Promise<string | null>;
}

declare global {
  interface Window {
    readonly hive: HiveBridge;
  }
}
