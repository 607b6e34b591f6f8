import { useQuery } from "@tanstack/react-query";
import { overviewQuery } from "../data/queries.ts";

/**
 * Writes commands as they are typed where Postern runs: `report breach …` begins as the program was started there (`npm start --` in a clone) and
 * names the data directory where that is not the one it takes by itself. `always`: that command takes none by itself.
 */
export function useCommand(): (words: string, data?: "always") => string {
  const { data: overview } = useQuery(overviewQuery);
  const { program = "postern", data = null } = overview?.commands ?? {};
  return (words, named) => `${program} ${words}${data !== null || named === "always" ? ` --data ${shellWord(data ?? "./.postern")}` : ""}`;
}

/** As one word for a POSIX shell: what traffic named must not run when it is pasted. */
export function shellWord(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
