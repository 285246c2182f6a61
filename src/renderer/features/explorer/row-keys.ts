import type { Hotkey } from "../../ui/hotkeys";
import type { GridPlace } from "./grid";

interface Rows {
  readonly cursor: GridPlace | null;
  readonly onFollow: (place: GridPlace) => void;
  readonly hasMore: boolean;
  readonly hasBefore: boolean;
  readonly onTurn: (way: 1 | -1) => void;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Keys of rows, wherever they come from. */
export const rowKeys = ({ cursor, onFollow, hasMore, hasBefore, onTurn, isOpen, onClose }: Rows): readonly Hotkey[] => [
  {
    keys: ["g"],
    label: "Go to link",
    hint: true,
    disabled: cursor === null,
    run: () => {
      if (cursor !== null) onFollow(cursor);
    },
  },
  { keys: [">"], label: "Rows behind", disabled: !hasMore, run: () => onTurn(1) },
  { keys: ["<"], label: "Rows before", disabled: !hasBefore, run: () => onTurn(-1) },
  { keys: ["Escape"], label: "Close the row", disabled: !isOpen, run: onClose },
];
