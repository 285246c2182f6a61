import { Check, FilePlus, FileUp, Search } from "lucide-react";
import { useMemo, useState } from "react";
import { originKey } from "../../../shared/model/plan-origin";
import { messageOf } from "../../api";
import { formatPlace, goTo, placeNow } from "../../location";
import { Button } from "../../ui/button";
import { plural } from "../../ui/format";
import { Kbd } from "../../ui/kbd";
import { RelativeTime } from "../../ui/relative-time";
import { StatusGlyph } from "../../ui/status";
import { useDraft } from "./draft-text";
import { useLaunch } from "./launch-state";
import { isShown, launchPlace, openFile, openNew, openOrigin } from "./launch-store";
import styles from "./source-list.module.css";
import { groupSources, loadSources, type SourceItem, useSources } from "./sources-store";

/** A file that is gone is launched as it was the last time. */
function choose({ origin, isMissing, last, isEdited }: SourceItem): void {
  const target = isMissing && !isEdited && last !== null ? ({ kind: "like", planId: last.planId } as const) : origin;
  const before = formatPlace(placeNow());
  goTo(launchPlace(target), { replace: true });
  // The view follows another address by itself.
  if (formatPlace(placeNow()) === before && !isShown(target)) void openOrigin(target);
}

/** Where plans come from: what is not saved yet, what was used before, the samples, and files. */
export function SourceList() {
  const sources = useSources();
  const { samples, recent, drafts, error } = sources;
  const { preview, sound } = useLaunch();
  const isTyping = useDraft((state) => state.text !== null);
  const [words, setWords] = useState("");
  const groups = useMemo(() => groupSources({ samples, recent, drafts }, words), [samples, recent, drafts, words]);
  const shown = preview === null ? null : originKey(preview.origin);
  const isEdited = isTyping || preview?.isEdited === true;
  const isListed = words !== "" || groups.some(({ items }) => items.some(({ key }) => key === shown));
  return (
    <aside className={styles.sources} aria-label="Plans to launch">
      <label className={styles.search}>
        <Search size={12} aria-hidden="true" />
        <input
          type="search"
          value={words}
          placeholder="Search plans"
          aria-label="Search plans"
          spellCheck={false}
          onChange={(event) => setWords(event.target.value)}
        />
      </label>
      {error !== null && samples === null && (
        <div className={styles.sourcesError}>
          <p>{messageOf(error)}</p>
          <Button size="sm" onClick={() => void loadSources()}>
            Try again
          </Button>
        </div>
      )}
      <div className={styles.groups}>
        {preview !== null && !isListed && (
          <Group
            title="Shown"
            items={[
              {
                key: shown ?? "",
                origin: preview.origin,
                title: (sound ?? preview).title,
                name: preview.sourceName,
                text: preview.origin.kind === "like" ? "Like an earlier run" : preview.folder,
                count: (sound ?? preview).subtasks.length,
                last: null,
                isEdited,
                isMissing: false,
              },
            ]}
            shown={shown}
            isEdited={isEdited}
          />
        )}
        {groups.map(({ title, items }) => (
          <Group key={title} title={title} items={items} shown={shown} isEdited={isEdited} />
        ))}
        {words !== "" && groups.length === 0 && (
          <p className={styles.none}>
            No plan matches.{" "}
            <button type="button" onClick={() => setWords("")}>
              Show all
            </button>
          </p>
        )}
      </div>
      <button type="button" className={styles.blank} onClick={() => void openNew()}>
        <FilePlus size={14} aria-hidden="true" />
        New plan
        <small>from an empty definition</small>
      </button>
      <button type="button" className={styles.open} onClick={() => void openFile()}>
        <FileUp size={16} aria-hidden="true" />
        <span>
          Open plan file…
          <small>YAML or JSON, or drop one here</small>
        </span>
        <Kbd keys="o" />
      </button>
    </aside>
  );
}

interface GroupProps {
  readonly title: string;
  readonly items: readonly SourceItem[];
  readonly shown: string | null;
  /** Whether the one that is shown is. */
  readonly isEdited: boolean;
}

function Group({ title, items, shown, isEdited }: GroupProps) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ul className={styles.samples}>
        {items.map((item) => (
          <li key={item.key}>
            <Source
              item={item}
              isCurrent={item.key === shown}
              isEdited={item.key === shown ? isEdited : item.isEdited}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface SourceProps {
  readonly item: SourceItem;
  readonly isCurrent: boolean;
  readonly isEdited: boolean;
}

function Source({ item, isCurrent, isEdited }: SourceProps) {
  const { title, name, text, count, last } = item;
  return (
    <button type="button" aria-pressed={isCurrent} onClick={() => choose(item)}>
      <span className={styles.sampleTitle}>
        <span title={title}>{title}</span>
        {isEdited && <small>edited</small>}
        {isCurrent && <Check size={14} aria-hidden="true" />}
      </span>
      <span className={styles.sampleText} title={text}>
        {name !== null && <span className="mono">{name} </span>}
        {text}
      </span>
      {(count !== null || last !== null) && (
        <span className={styles.sampleCount}>
          {count !== null && <span>{plural(count, "task")}</span>}
          {last !== null && (
            <span className={styles.last} title={`Launched last: ${last.title}`}>
              <StatusGlyph kind="plan" state={last.status} size={12} named />
              <RelativeTime at={last.at} ago />
            </span>
          )}
        </span>
      )}
    </button>
  );
}
