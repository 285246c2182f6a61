import { create } from "zustand";

export const THEMES = ["system", "dark", "light"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "theme";

const isTheme = (value: string | null): value is Theme => (THEMES as readonly string[]).includes(value ?? "");

export const useTheme = create<{ readonly theme: Theme }>()(() => {
  const saved = window.localStorage.getItem(KEY);
  return { theme: isTheme(saved) ? saved : window.hive.ground };
});

/** Shows it from now on; kept for the first moment of the next start. */
export function setTheme(theme: Theme): void {
  window.localStorage.setItem(KEY, theme);
  useTheme.setState({ theme });
}

/** The one after this: system, dark, light. */
export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "dark";
}

/** Main colours the title bar after the page's ground, which it reads from this. */
function tellGround(): void {
  const name = "theme-color";
  const meta = document.head.querySelector<HTMLMetaElement>(`meta[name=${name}]`) ?? document.createElement("meta");
  meta.name = name;
  meta.content = getComputedStyle(document.documentElement).getPropertyValue("--n-1").trim();
  if (!meta.isConnected) document.head.append(meta);
}

/** Puts the chosen theme on the document until the returned function is called. */
export function applyTheme(): () => void {
  const system = window.matchMedia("(prefers-color-scheme: light)");
  const apply = (): void => {
    const { theme } = useTheme.getState();
    const shown = theme === "system" ? (system.matches ? "light" : "dark") : theme;
    document.documentElement.dataset.theme = shown;
    tellGround();
  };
  apply();
  system.addEventListener("change", apply);
  const end = useTheme.subscribe(apply);
  return () => {
    system.removeEventListener("change", apply);
    end();
  };
}
