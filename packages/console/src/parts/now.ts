import { useQuery } from "@tanstack/react-query";
import { overviewQuery } from "../data/queries.ts";

/** The product's own time: the last overview's, which a demo may run faster than the wall clock. */
export function useNow(): number {
  const { data } = useQuery(overviewQuery);
  return data === undefined ? Date.now() : Date.parse(data.at);
}
