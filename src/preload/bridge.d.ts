import type { OperationInput, OperationName, OperationOutput, PushMessages, PushName } from "../shared/contract";
import type { Envelope } from "../shared/errors";

/** What preload puts on `window.hive`: the renderer's only way out. */
export interface HiveBridge {
  call<Name extends OperationName>(name: Name, input: OperationInput<Name>): Promise<Envelope<OperationOutput<Name>>>;
  /** Returns what ends the subscription. */
  on<Name extends PushName>(name: Name, listener: (message: PushMessages[Name]) => void): () => void;
}

declare global {
  interface Window {
    readonly hive: HiveBridge;
  }
}
