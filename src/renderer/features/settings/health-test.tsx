import { PlugZap } from "lucide-react";
import { useState } from "react";
import type { AgentHealth } from "../../../shared/model/agent";
import { messageOf } from "../../api";
import { Button } from "../../ui/button";
import { StatusGlyph } from "../../ui/status";
import styles from "./settings.module.css";

const TONES = { healthy: "completed", degraded: "escalated", unhealthy: "failed" } as const;

export interface HealthTest {
  readonly health: AgentHealth | null;
  readonly isTesting: boolean;
  run(): Promise<void>;
  /** What was found out holds no more. */
  clear(): void;
}

/** Asks whether what is set works. */
export function useHealthTest(ask: () => Promise<AgentHealth>): HealthTest {
  const [health, setHealth] = useState<AgentHealth | null>(null);
  const [isTesting, setIsTesting] = useState(false);
  return {
    health,
    isTesting,
    clear: () => setHealth(null),
    async run() {
      setIsTesting(true);
      setHealth(null);
      try {
        setHealth(await ask());
      } catch (error) {
        setHealth({ status: "unhealthy", message: messageOf(error), details: {} });
      }
      setIsTesting(false);
    },
  };
}

export function TestButton({ test }: { readonly test: HealthTest }) {
  return (
    <Button
      size="sm"
      icon={<PlugZap size={12} />}
      disabledReason={test.isTesting ? "It is being asked." : null}
      onClick={() => void test.run()}
    >
      {test.isTesting ? "Testing…" : "Test"}
    </Button>
  );
}

/** @param degraded what is said of what works with a caution */
export function TestOutcome({ test, degraded }: { readonly test: HealthTest; readonly degraded: string }) {
  const { health } = test;
  if (health === null) return null;
  const words = { healthy: "It works", degraded, unhealthy: "It does not work" };
  return (
    <p className={styles.health} role="status">
      <StatusGlyph kind="task" state={TONES[health.status]} size={14} />
      <span>
        <b>{words[health.status]}.</b> {health.message}
      </span>
    </p>
  );
}
