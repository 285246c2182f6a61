import { Bot, Braces, CircleDot, Globe, type LucideIcon, Sparkles, SquareTerminal, User } from "lucide-react";

const ICONS: Readonly<Record<string, LucideIcon>> = {
  command: SquareTerminal,
  llm: Sparkles,
  http: Globe,
  approval: User,
  noop: CircleDot,
  code: Braces,
};

/** Decoration beside the agent's name. */
export function AgentIcon({ agent }: { readonly agent: string }) {
  const Icon = ICONS[agent] ?? Bot;
  return <Icon size={12} aria-hidden="true" />;
}
