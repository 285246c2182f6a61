import { json, type Received, type Reply } from "./server";

/** What a chat endpoint was asked. */
export interface Asked {
  readonly model: string;
  readonly system: string;
  readonly prompt: string;
}

export function askedOf(request: Received): Asked {
  const { model, messages } = JSON.parse(request.body) as {
    model: string;
    messages: Array<{ role: string; content: string }>;
  };
  const said = (role: string) => messages.find((message) => message.role === role)?.content ?? "";
  return { model, system: said("system"), prompt: said("user") };
}

/** Streams these pieces as an OpenAI-compatible server does. */
export function stream(pieces: readonly string[], finish = "stop"): Reply {
  return (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const event = (value: unknown) => response.write(`data: ${JSON.stringify(value)}\n\n`);
    for (const content of pieces) event({ model: "bee-1", choices: [{ delta: { content } }] });
    event({ model: "bee-1", choices: [{ delta: {}, finish_reason: finish }] });
    event({ model: "bee-1", choices: [], usage: { prompt_tokens: 11, completion_tokens: 7 } });
    response.end("data: [DONE]\n\n");
  };
}

/** The officer that a question is for, by what it is told to be. */
export function officerOf({ system }: Asked): string {
  const words = /You are the chief (\w+) officer/.exec(system)?.[1] ?? "";
  return { executive: "ceo", financial: "cfo", technology: "cto", marketing: "cmo", operating: "coo" }[words] ?? words;
}

const LISTS = {
  cfo: { costs: ["Two salaries"] },
  cto: { milestones: ["A demo in week 4"] },
  cmo: { audiences: ["Maintainers"], measures: ["Ten trials in a week"] },
  coo: { steps: ["Hire, by the CEO, in 4 to 6 weeks"] },
};

export const SYNTHESIS = {
  synthesized_strategy: "# Goal\n\nWin 100 teams.\n\n# Decision\n\nBegin with maintainers.",
  contributing_agents: ["cfo", "cto", "cmo", "coo"],
  identified_risks: ["Nobody | pays", "Somebody leaves"],
  confidence_score: 0.62,
};

const MODELS = json({ data: [{ id: "bee" }] });

/** Answers as The Board's officers would, each by its schema. `instead`: what one of them does otherwise. */
export function board(instead: Readonly<Record<string, Reply>> = {}): Reply {
  return (request, response) => {
    if (request.url.endsWith("/models")) return MODELS(request, response);
    const officer = officerOf(askedOf(request));
    const other = instead[officer];
    if (other) return other(request, response);
    const answer =
      officer === "ceo"
        ? SYNTHESIS
        : {
            summary: `The position of the ${officer}.`,
            recommendations: ["Begin small"],
            assumptions: [],
            risks: ["It takes longer"],
            confidence: 0.5,
            ...LISTS[officer as keyof typeof LISTS],
          };
    stream([JSON.stringify(answer)])(request, response);
  };
}
