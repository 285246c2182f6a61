import { ChevronDown, Copy, FolderOpen, HardDrive } from "lucide-react";
import type { DatabaseInfo } from "../../../shared/model/views";
import { messageOf } from "../../api";
import { Kbd } from "../../ui/kbd";
import { Menu, MenuHeading, MenuItem } from "../../ui/menu";
import { toast } from "../../ui/toast";
import styles from "./shell.module.css";
import { openDatabase } from "./window-acts";

async function copyPath(file: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(file);
    toast.success("Path copied");
  } catch (error) {
    toast.error("The path could not be copied", { description: messageOf(error) });
  }
}

/** The database of this window, and the way to another one. */
export function DatabaseMenu({ database }: { readonly database: Pick<DatabaseInfo, "file" | "name"> }) {
  return (
    <Menu
      trigger={
        <button
          type="button"
          className={styles.database}
          title={database.file}
          aria-label={`Database ${database.name}`}
        >
          <HardDrive size={14} />
          <span>{database.name}</span>
          <ChevronDown size={12} />
        </button>
      }
    >
      <MenuHeading>{database.file}</MenuHeading>
      <MenuItem icon={<FolderOpen size={14} />} hint={<Kbd keys="Mod+O" />} onSelect={() => void openDatabase()}>
        Open another database…
      </MenuItem>
      <MenuItem icon={<Copy size={14} />} onSelect={() => void copyPath(database.file)}>
        Copy path
      </MenuItem>
    </Menu>
  );
}
