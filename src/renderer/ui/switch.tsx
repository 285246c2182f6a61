import { Switch as Base } from "@base-ui/react/switch";
import styles from "./switch.module.css";

interface SwitchProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  /** Ids of what names and explains it; or a name of its own. */
  readonly id?: string;
  readonly label?: string;
  readonly describedBy?: string | undefined;
}

/** On or off, at once. */
export function Switch({ checked, onChange, id, label, describedBy }: SwitchProps) {
  return (
    <Base.Root
      id={id}
      className={styles.root}
      checked={checked}
      onCheckedChange={onChange}
      aria-label={label}
      aria-describedby={describedBy}
    >
      <Base.Thumb className={styles.thumb} />
    </Base.Root>
  );
}
