import { Copy } from "lucide-react";
import type { AgentDetail } from "../../../shared/model/agent";
import { formatPlace } from "../../location";
import { IconButton } from "../../ui/button";
import { cx } from "../../ui/class-names";
import { copyText } from "../task-inspector/copy";
import styles from "./agent-panel.module.css";
import { exportLine, SETS_WORDS } from "./agent-words";

/** What sets an agent up, what of it is set, and where a file of one's own goes. */
export function AgentSetup({ agent }: { readonly agent: AgentDetail }) {
  const { setup, places, settings, id } = agent;
  const ofFile = {
    endpoint: settings?.endpoint,
    model: settings?.model,
    key: settings?.keyEnv,
    program: settings?.run,
  };
  if (setup.length === 0 && places.length === 0) return null;
  return (
    <section>
      <h3>
        Set up by <small>the environment of the console</small>
      </h3>
      {setup.length > 0 && (
        <ul className={styles.setup}>
          {setup.map((variable) => {
            const { name, sets, isOwn, value, problem } = variable;
            const given = isOwn && id !== "llm" ? ofFile[sets] : undefined;
            const inFile = given == null ? null : typeof given === "string" ? given : given.join(" ");
            return (
              <li key={name}>
                <span className={styles.two}>
                  <span className="mono" title={name}>
                    {name}
                  </span>
                  <small data-tone={problem === null ? undefined : "failed"}>
                    {problem ?? `${SETS_WORDS[sets]}${isOwn ? "" : ", of all agents"}`}
                  </small>
                </span>
                <span className={cx(styles.value, value !== null && "mono")} title={value ?? inFile ?? undefined}>
                  {value ?? (inFile === null ? "not set" : `file: ${inFile}`)}
                </span>
                <IconButton
                  size="xs"
                  label={`Copy the line that sets ${name}`}
                  onClick={() => void copyText(exportLine(variable), "the line")}
                >
                  <Copy size={12} />
                </IconButton>
              </li>
            );
          })}
        </ul>
      )}
      {agent.type === "llm" && (
        <p className={styles.note}>
          Endpoint, model and key of all agents of this window:{" "}
          <a href={formatPlace({ view: "settings", section: "llm" })}>Settings, Language models</a>. A variable takes
          effect with the next start of the console.
        </p>
      )}
      {places.length > 0 && (
        <p className={styles.note}>
          A file of yours stands in for it, in this order, and is read as soon as it is there:
          {places.map((file) => (
            <button
              key={file}
              type="button"
              className={cx("mono", styles.place)}
              title={`Copy ${file}`}
              onClick={() => void copyText(file, "the path")}
            >
              {file}
            </button>
          ))}
        </p>
      )}
    </section>
  );
}
