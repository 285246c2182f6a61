import { ChevronDown, Copy, FolderOpen, HardDrive, Import, Plus } from "lucide-react";
import { useEffect } from "react";
import type { DatabaseInfo } from "../../../shared/model/views";
import { messageOf } from "../../api";
import { Kbd } from "../../ui/kbd";
import { Menu, MenuHeading, MenuItem, MenuLine } from "../../ui/menu";
import { toast } from "../../ui/toast";
import { importBoard } from "../board-import/import-job";
import { askDatabase, chooseDatabase, loadRecent, newDatabase, useDatabases } from "../databases/database-choice";
import { useReadOnlyReason } from "./app-store";
import styles from "./shell.module.css";

const MOST_RECENT = 6;

function Recent() {
  const recent = useDatabases((state) => state.recent);
  useEffect(() => void loadRecent(), []);
  const others = recent.filter(({ isCurrent, exists }) => !isCurrent && exists).slice(0, MOST_RECENT);
  if (others.length === 0) return null;
  return (
    <>
      <MenuLine />
      <MenuHeading>Recent</MenuHeading>
      {others.map(({ fileId, name, folder }) => (
        <MenuItem key={fileId} icon={<HardDrive size={14} />} hint={folder} onSelect={() => void askDatabase(fileId)}>
          {name}
        </MenuItem>
      ))}
    </>
  );
}

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
  const readOnly = useReadOnlyReason();
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
      <MenuItem icon={<FolderOpen size={14} />} hint={<Kbd keys="Mod+O" />} onSelect={() => void chooseDatabase()}>
        Open another database…
      </MenuItem>
      <MenuItem icon={<Plus size={14} />} onSelect={() => void newDatabase()}>
        New database…
      </MenuItem>
      <MenuItem icon={<Import size={14} />} disabledReason={readOnly} onSelect={() => void importBoard()}>
        Import from The Board…
      </MenuItem>
      <Recent />
      <MenuLine />
      <MenuItem icon={<Copy size={14} />} onSelect={() => void copyPath(database.file)}>
        Copy path
      </MenuItem>
    </Menu>
  );
}
