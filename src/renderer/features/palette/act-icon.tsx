import {
  Ban,
  Check,
  ChevronsDownUp,
  CircleHelp,
  Copy,
  Info,
  Pause,
  Play,
  RotateCcw,
  Search,
  Sparkle,
  SunMoon,
  X,
  ZoomIn,
} from "lucide-react";
import type { ReactNode } from "react";

/** By the first word of what it does. */
const ICONS: Readonly<Record<string, ReactNode>> = {
  Launch: <Play size={14} />,
  Resume: <Play size={14} />,
  Pause: <Pause size={14} />,
  Retry: <RotateCcw size={14} />,
  Rerun: <RotateCcw size={14} />,
  Cancel: <Ban size={14} />,
  Approve: <Check size={14} />,
  Reject: <X size={14} />,
  Copy: <Copy size={14} />,
  Search: <Search size={14} />,
  Shortcuts: <CircleHelp size={14} />,
  Change: <SunMoon size={14} />,
  About: <Info size={14} />,
  Collapse: <ChevronsDownUp size={14} />,
  Zoom: <ZoomIn size={14} />,
  Fit: <ZoomIn size={14} />,
};

export function ActIcon({ label }: { readonly label: string }) {
  return ICONS[label.split(" ")[0] ?? ""] ?? <Sparkle size={14} />;
}
