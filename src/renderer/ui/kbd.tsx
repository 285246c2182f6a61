import styles from "./kbd.module.css";
import { keyCaps } from "./keys";

/** Keys as caps: `Mod+Enter` shows Ctrl and Enter (⌘ on a Mac). */
export function Kbd({ keys }: { readonly keys: string }) {
  return (
    <span className={styles.keys}>
      {keyCaps(keys).map((cap) => (
        <kbd key={cap} className={styles.kbd}>
          {cap}
        </kbd>
      ))}
    </span>
  );
}
