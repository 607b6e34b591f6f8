import { ago, clock } from "./format.ts";
import { useNow } from "./now.ts";

/** `3 min ago`, with the full time on hover and for machines. */
export function Ago({ at }: { readonly at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={clock(at)} className="whitespace-nowrap">
      {ago(at, now)}
    </time>
  );
}
