import { Copy, ScrollText, X } from "lucide-react";
import { useEffect, useMemo } from "react";
import type { AuditRow } from "../../../shared/model/log-views";
import { formatPlace } from "../../location";
import { formatDateTime } from "../../time-format";
import { IconButton } from "../../ui/button";
import { useHotkeys } from "../../ui/hotkeys";
import { copyText } from "../task-inspector/copy";
import { Links } from "./event-inspector";
import styles from "./inspector.module.css";
import { diffJson } from "./json-diff";
import { learnSubjects, linksOf, subjectsOfAct, useNames } from "./subjects";

interface AuditInspectorProps {
  readonly act: AuditRow;
  readonly onClose: () => void;
  readonly onFilter: (term: { readonly field: string; readonly value: string }) => void;
}

/** One act of a person: who, when, why, and what it was before and after, side by side. */
export function AuditInspector({ act, onClose, onFilter }: AuditInspectorProps) {
  const names = useNames();
  useEffect(() => learnSubjects([subjectsOfAct(act)]), [act]);
  const links = linksOf(subjectsOfAct(act), names);
  const [first] = links;
  const lines = useMemo(() => diffJson(act.before, act.after), [act]);
  const text = JSON.stringify(act, null, 2);
  useHotkeys({
    group: "Act",
    hotkeys: [
      { keys: ["y"], label: "Copy the act", run: () => void copyText(text, "the act") },
      {
        keys: ["o"],
        label: "Open what it was done to",
        hint: { keys: ["o"], label: first === undefined ? "Open" : `Open ${first.kind.toLowerCase()}` },
        disabled: first === undefined,
        run: () => {
          if (first !== undefined) window.location.hash = formatPlace(first.place);
        },
      },
    ],
  });
  return (
    <section className={styles.inspector} aria-label="Act">
      <header className={styles.head}>
        <div className={styles.title}>
          <ScrollText size={15} aria-hidden="true" />
          <h2 className="mono" title={act.act}>
            {act.act}
          </h2>
          <IconButton label="Copy the act" keys="y" size="sm" onClick={() => void copyText(text, "the act")}>
            <Copy size={14} />
          </IconButton>
          <IconButton label="Close" keys="Escape" size="sm" onClick={onClose}>
            <X size={14} />
          </IconButton>
        </div>
        <div className={styles.meta}>
          <time dateTime={new Date(act.at).toISOString()}>{formatDateTime(act.at)}</time>
          <button
            type="button"
            className={styles.source}
            title={`Only acts of ${act.actor}`}
            onClick={() => onFilter({ field: "by", value: act.actor })}
          >
            {act.actor}
          </button>
          <button
            type="button"
            className={styles.source}
            title={`Only acts on this ${act.entity}`}
            onClick={() => onFilter({ field: act.entity, value: act.entityId })}
          >
            {act.entity}
          </button>
        </div>
        <p className={styles.reason}>{act.reason === null ? <i>No reason was given.</i> : act.reason}</p>
        {links.length > 0 && <Links links={links} />}
      </header>
      <div className={styles.diff}>
        {lines.length === 0 ? (
          <p>It noted neither what was before nor what is after.</p>
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling table must be reachable by keyboard
          <div className={styles.scroller} tabIndex={0}>
            <table aria-label="Before and after">
              <thead>
                <tr>
                  <th scope="col">{act.before === null ? "Before: it was not there" : "Before"}</th>
                  <th scope="col">{act.after === null ? "After: it is no more" : "After"}</th>
                </tr>
              </thead>
              <tbody>
                {lines.map(({ kind, before, after }, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
                  <tr key={index} data-kind={kind}>
                    <td>{before !== null && (kind === "same" ? before : <del>{before}</del>)}</td>
                    <td>{after !== null && (kind === "same" ? after : <ins>{after}</ins>)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </section>
  );
}
