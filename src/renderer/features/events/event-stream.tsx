import { BarChart3 } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { type EventFigures, FIGURE_RANGE_NAMES, FIGURE_RANGES } from "../../../shared/model/event-figures";
import type { LogTerm } from "../../../shared/model/log-filter-text";
import type { EventRow } from "../../../shared/model/log-views";
import { type EventsPlace, goTo } from "../../location";
import { IconButton } from "../../ui/button";
import { formatCount, formatDuration } from "../../ui/format";
import { useHotkeys } from "../../ui/hotkeys";
import { Page, PageBody } from "../../ui/page";
import { Segmented } from "../../ui/segmented";
import { EventInspector } from "./event-inspector";
import { openEvents, readEntry, startFigures, useFigures } from "./events-store";
import { FiguresPanel } from "./figures-panel";
import { FilterBar } from "./filter-bar";
import { LogBody } from "./log-body";
import { STREAM_COLUMNS } from "./log-columns";
import { LogSwitch, leaveField, useFilter, useStream } from "./log-place";
import type { LogStream } from "./log-stream";

const RANGES = FIGURE_RANGE_NAMES.map((value) => ({ value, label: FIGURE_RANGES[value].label }));
const readEvent = (cursor: string): Promise<EventRow | null> => readEntry("events", cursor);
const FIGURES_KEY = "event-figures";

/** What happened, as the database was told, whichever program tells it. */
export function EventStream({ place }: { readonly place: EventsPlace }) {
  const { terms, problem, setQuery, add } = useFilter(place);
  const open = useMemo(() => () => openEvents(terms), [terms]);
  const stream = useStream(open);
  useEffect(() => startFigures(terms, place.range), [terms, place.range]);
  const { figures } = useFigures();
  const [withFigures, setWithFigures] = useState(window.localStorage.getItem(FIGURES_KEY) !== "off");
  const toggleFigures = (): void => {
    window.localStorage.setItem(FIGURES_KEY, withFigures ? "off" : "on");
    setWithFigures(!withFigures);
  };
  useHotkeys({ group: "Events", hotkeys: [{ keys: ["v"], label: "Show or hide the figures", run: toggleFigures }] });
  const known = useMemo(
    () => [
      ...(figures?.types ?? []).map((value) => ({ field: "is", value })),
      ...(figures?.sources ?? []).map((value) => ({ field: "source", value })),
    ],
    [figures],
  );
  return (
    <Page
      title="Events"
      tools={<LogSwitch log="events" />}
      meta={figures !== null && rateWords(figures, FIGURE_RANGES[place.range])}
      actions={
        <>
          <IconButton
            label={withFigures ? "Hide the figures" : "Show the figures"}
            keys="v"
            pressed={withFigures}
            onClick={toggleFigures}
          >
            <BarChart3 size={14} />
          </IconButton>
          <Segmented
            label="How far back the figures go"
            isFramed
            options={RANGES}
            value={place.range}
            onChange={(range) => goTo({ ...place, range }, { replace: true })}
          />
        </>
      }
    >
      <FilterBar
        log="events"
        terms={terms}
        addressProblem={problem}
        known={known}
        onFilter={setQuery}
        onLeave={leaveField}
      />
      {stream === null ? (
        <PageBody>{null}</PageBody>
      ) : (
        <LogBody
          place={place}
          stream={stream}
          columns={STREAM_COLUMNS}
          what="event"
          read={readEvent}
          isFiltered={terms.length > 0}
          onClear={() => setQuery("")}
          inspect={(row, { open: openOther, close }) => (
            <EventInspector event={row} onClose={close} onOpen={openOther} onFilter={add} />
          )}
        >
          {withFigures && <Figures stream={stream} add={add} />}
        </LogBody>
      )}
    </Page>
  );
}

interface FiguresProps {
  readonly stream: LogStream<EventRow>;
  readonly add: (...terms: readonly LogTerm[]) => void;
}

/** A part of a chart that is chosen is a further part of the filter. */
function Figures({ stream, add }: FiguresProps) {
  const heldSince = useStore(stream.store, (state) => state.heldSince);
  return (
    <FiguresPanel
      heldSince={heldSince}
      onRange={(since, until) =>
        add(
          { field: "since", value: new Date(since).toISOString() },
          { field: "until", value: new Date(until).toISOString() },
        )
      }
      onChoose={({ source, type }) =>
        add(
          ...(source === undefined || source === "others" ? [] : [{ field: "source", value: source }]),
          ...(type === undefined || type === "others" ? [] : [{ field: "is", value: type }]),
        )
      }
    />
  );
}

function rateWords(
  { total, since, until }: EventFigures,
  { ms, label }: (typeof FIGURE_RANGES)[keyof typeof FIGURE_RANGES],
): string {
  const perSecond = total / Math.max(1, (until - since) / 1_000);
  const rate = perSecond >= 10 ? formatCount(perSecond) : perSecond.toFixed(1);
  return `${rate} per second, ${formatCount(total)} in ${until - since === ms ? label : formatDuration(until - since)}`;
}
