import { ChevronDown } from "lucide-react";
import type { TaskOrder } from "../../../shared/model/task-lists";
import { TASK_GROUPS, type TaskGroup, type TasksPlace } from "../../location";
import { Button } from "../../ui/button";
import { Menu, MenuChoice, MenuItem, MenuLine } from "../../ui/menu";
import { TASK_TABLE_COLUMNS } from "./table-columns";
import { resetPrefs, setPrefs, useTablePrefs } from "./table-prefs";

interface MenusProps {
  readonly place: TasksPlace;
  /** Why an order cannot be had for this filter. */
  readonly unserved: Readonly<Partial<Record<TaskOrder, string>>>;
  readonly onChange: (change: Partial<TasksPlace>) => void;
}

const ORDERS: ReadonlyArray<readonly [order: TaskOrder, words: string]> = [
  ["priority", "priority, age"],
  ["recent", "last change"],
  ["newest", "newest"],
  ["oldest", "oldest"],
];
const GROUP_WORDS: Readonly<Record<TaskGroup, string>> = { plan: "plan", state: "state", error: "error" };

/** What is chosen about the list on screen: its order, and of a table its groups and columns. */
export function ViewMenus({ place, unserved, onChange }: MenusProps) {
  const { layout, order, group } = place;
  return (
    <>
      {layout === "table" && (
        <Menu
          align="end"
          trigger={
            <Button size="sm">
              Group: {group === null ? "none" : GROUP_WORDS[group]} <ChevronDown size={12} />
            </Button>
          }
        >
          <MenuChoice isChosen={group === null} onSelect={() => onChange({ group: null })}>
            None
          </MenuChoice>
          {TASK_GROUPS.map((known) => (
            <MenuChoice
              key={known}
              isChosen={group === known}
              hint={known === "error" ? "failed alike" : undefined}
              onSelect={() => onChange({ group: known })}
            >
              By {GROUP_WORDS[known]}
            </MenuChoice>
          ))}
        </Menu>
      )}
      <Menu
        align="end"
        trigger={
          <Button size="sm">
            Sort: {ORDERS.find(([known]) => known === order)?.[1] ?? "automatic"} <ChevronDown size={12} />
          </Button>
        }
      >
        <MenuChoice
          isChosen={order === null}
          hint={layout === "board" ? "next to run, last to change" : "newest"}
          onSelect={() => onChange({ order: null })}
        >
          Automatic
        </MenuChoice>
        {ORDERS.map(([known, words]) => (
          <MenuChoice
            key={known}
            isChosen={order === known}
            disabledReason={unserved[known]}
            onSelect={() => onChange({ order: known })}
          >
            By {words}
          </MenuChoice>
        ))}
      </Menu>
      {layout === "table" && <ColumnsMenu />}
    </>
  );
}

function ColumnsMenu() {
  const { visibility, order, sizing } = useTablePrefs();
  const isShown = (id: string): boolean => visibility[id] !== false;
  const shown = TASK_TABLE_COLUMNS.filter(({ id }) => isShown(id));
  const inOrder = order.flatMap((id) => TASK_TABLE_COLUMNS.filter((column) => column.id === id));
  return (
    <Menu
      align="end"
      trigger={
        <Button size="sm">
          Columns {shown.length} <ChevronDown size={12} />
        </Button>
      }
    >
      {inOrder.map(({ id, meta }) => (
        <MenuChoice
          key={id}
          stays
          isChosen={isShown(id)}
          disabledReason={shown.length === 1 && isShown(id) ? "One column has to stay." : null}
          onSelect={() => setPrefs({ visibility: { ...visibility, [id]: !isShown(id) } })}
        >
          {meta.label}
        </MenuChoice>
      ))}
      <MenuLine />
      <MenuItem onSelect={resetPrefs} hint={Object.keys(sizing).length > 0 ? "widths too" : undefined}>
        As at first
      </MenuItem>
    </Menu>
  );
}
