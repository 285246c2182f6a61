import { useEffect, useRef } from "react";
import styles from "./code-editor.module.css";
import { createEditor, type Editor, type EditorOptions } from "./editor";

interface CodeEditorProps extends Omit<EditorOptions, "onChange" | "onSubmit" | "onLeave" | "text" | "parent"> {
  /** What the editor begins with; another text from outside takes the place of what is shown. */
  readonly value: string;
  readonly onChange?: ((text: string) => void) | undefined;
  /** Ctrl+Enter. */
  readonly onSubmit?: (() => void) | undefined;
  /** Escape. */
  readonly onLeave?: (() => void) | undefined;
}

/** Text with the syntax of a language, to read or to edit. It scrolls by itself and fills its container. */
export function CodeEditor({
  value,
  onChange,
  onSubmit,
  onLeave,
  label,
  readOnly,
  extensions,
  focus,
}: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  const latest = useRef({ value, onChange, onSubmit, onLeave });
  useEffect(() => {
    latest.current = { value, onChange, onSubmit, onLeave };
  });
  useEffect(() => {
    if (host.current === null) return;
    const created = createEditor({
      parent: host.current,
      text: latest.current.value,
      label,
      readOnly,
      extensions,
      focus,
      onChange: (text) => latest.current.onChange?.(text),
      onSubmit: () => latest.current.onSubmit?.(),
      onLeave: () => latest.current.onLeave?.(),
    });
    editor.current = created;
    return () => {
      editor.current = null;
      created.destroy();
    };
  }, [label, readOnly, extensions, focus]);
  useEffect(() => editor.current?.setText(value), [value]);
  return <div ref={host} className={styles.host} />;
}
