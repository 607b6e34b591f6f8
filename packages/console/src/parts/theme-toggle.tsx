import { useState } from "react";
import { ThemeIcon } from "./icons.tsx";

/** Switches between light and dark; the choice outlives the window. Until one is made the system's holds. */
export function ThemeToggle() {
  const [theme, setTheme] = useState(current);
  const other = theme === "dark" ? "light" : "dark";
  const change = (): void => {
    document.documentElement.dataset["theme"] = other;
    try {
      localStorage.setItem("postern-theme", other);
    } catch {
      // Storage may be forbidden; the choice then holds for this window.
    }
    setTheme(other);
  };
  return (
    <button
      type="button"
      onClick={change}
      className="flex items-center gap-2 rounded-md px-2 py-1 text-[13px] whitespace-nowrap text-soft hover:text-ink"
      aria-label={`Switch to the ${other} theme`}
    >
      <ThemeIcon />
      <span className="hidden md:inline">{other === "dark" ? "Dark" : "Light"} theme</span>
    </button>
  );
}

function current(): "light" | "dark" {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
