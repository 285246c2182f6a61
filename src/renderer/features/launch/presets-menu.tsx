import { BookmarkPlus, ChevronDown, Trash2 } from "lucide-react";
import { useState } from "react";
import { originKey } from "../../../shared/model/plan-origin";
import type { PlanPreview } from "../../../shared/model/views";
import { Button } from "../../ui/button";
import { plural } from "../../ui/format";
import { Menu, MenuChoice, MenuHeading, MenuItem, MenuLine } from "../../ui/menu";
import { toast } from "../../ui/toast";
import { NameDialog } from "../dialogs/name-dialog";
import { typedValues, useLaunch } from "./launch-state";
import { setForm } from "./launch-store";
import { deletePreset, fittingFields, type Preset, presetFields, savePreset, usePresets } from "./presets";

/** Sets of values for the plan's parameters: to fill in, to keep, to delete. */
export function PresetsMenu({ preview }: { readonly preview: PlanPreview }) {
  const { origin, parameters } = preview;
  const typed = useLaunch((state) => state.typed);
  const presets = usePresets((state) => state.presets[originKey(origin)]) ?? [];
  const [isNaming, setIsNaming] = useState(false);
  if (parameters.length === 0) return null;
  const contents = typedValues({ preview, typed });
  const now = presetFields(parameters, contents);
  const isShown = (preset: Preset): boolean =>
    JSON.stringify(presetFields(parameters, fittingFields(parameters, preset))) === JSON.stringify(now);
  const chosen = presets.find(isShown);
  const secrets = Object.fromEntries(
    parameters.flatMap(({ name, type }) => {
      const content = contents[name];
      return type === "secret" && content !== undefined ? [[name, content] as const] : [];
    }),
  );
  const remove = (preset: Preset): void => {
    deletePreset(origin, preset.name);
    toast.success(`${preset.name} is deleted`, { undo: () => savePreset(origin, preset) });
  };
  return (
    <>
      <Menu
        align="end"
        trigger={
          <Button size="sm">
            {chosen === undefined ? "Presets" : `Preset: ${chosen.name}`} <ChevronDown size={12} />
          </Button>
        }
      >
        {presets.length === 0 && <MenuHeading>No presets of this plan yet</MenuHeading>}
        {presets.map((preset) => (
          <MenuChoice
            key={preset.name}
            isChosen={preset === chosen}
            hint={plural(Object.keys(fittingFields(parameters, preset)).length, "value")}
            onSelect={() => setForm({ ...fittingFields(parameters, preset), ...secrets })}
          >
            {preset.name}
          </MenuChoice>
        ))}
        <MenuLine />
        <MenuItem icon={<BookmarkPlus size={12} />} onSelect={() => setIsNaming(true)}>
          Keep these values…
        </MenuItem>
        {chosen !== undefined && (
          <MenuItem icon={<Trash2 size={12} />} onSelect={() => remove(chosen)}>
            Delete {chosen.name}
          </MenuItem>
        )}
      </Menu>
      {isNaming && (
        <NameDialog
          title="Keep these values"
          description="Presets belong to this plan and this database, on this computer. Secrets are never kept."
          confirm="Keep"
          name=""
          taken={presets.map(({ name }) => name)}
          onClose={() => setIsNaming(false)}
          onName={(name) => {
            savePreset(origin, { name, fields: now });
            toast.success(`${name} is kept`);
          }}
        />
      )}
    </>
  );
}
