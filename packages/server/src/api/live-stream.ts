import { problemOf, problemResponse } from "./problem.ts";
import type { LiveEvent, Views } from "./views.ts";
import { liveOnWire } from "./wire.ts";

/** Streams at once: each holds a socket and a listener. Further ones get 503 and poll instead. */
export const streamsMax = 32;
/** Events waiting for one slow reader, overviews apart (only the newest is kept). Beyond it the oldest is dropped and `gap` is sent. */
export const waitingMax = 128;

/** Hands out Server-Sent Event streams over the views' live events. Memory a stream is bounded however slowly it is read. */
export function createLiveStreams(deps: { readonly views: Pick<Views, "overview" | "subscribe">; readonly heartbeatMs?: number }): {
  open(stillThere: () => Promise<boolean>): Response;
  count(): number;
} {
  const heartbeatMs = deps.heartbeatMs ?? 15_000;
  let streams = 0;
  return {
    count: () => streams,
    open(stillThere) {
      if (streams >= streamsMax) return problemResponse(problemOf("TOO_MANY_STREAMS", `${streamsMax} live streams are open already.`), { "retry-after": "30" });
      streams += 1;
      const body = liveStream(deps.views, heartbeatMs, stillThere, () => (streams -= 1));
      return new Response(body, { headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no" } });
    },
  };
}

function liveStream(views: Pick<Views, "overview" | "subscribe">, heartbeatMs: number, stillThere: () => Promise<boolean>, onEnd: () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const waiting: LiveEvent[] = [];
  let overview: LiveEvent | undefined;
  let gap = false;
  let beat = false;
  let wake: (() => void) | undefined;
  let ended = false;
  let stop = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;

  const end = (): void => {
    if (ended) return;
    ended = true;
    clearInterval(timer);
    stop();
    onEnd();
    wake?.();
  };
  const heartbeat = async (): Promise<void> => {
    // A check that fails ends the stream: the browser opens a new one and is told why it may not.
    const there = await stillThere().catch(() => false);
    if (!there) end();
    beat = true;
    wake?.();
  };
  const take = (): string | undefined => {
    if (gap) {
      gap = false;
      return "event: gap\ndata: {}\n\n";
    }
    const event = waiting.shift() ?? overview;
    if (event === overview) overview = undefined;
    if (event !== undefined) return `event: ${event.type}\ndata: ${JSON.stringify(liveOnWire(event))}\n\n`;
    if (!beat) return undefined;
    beat = false;
    return ": still here\n\n";
  };

  return new ReadableStream<Uint8Array>(
    {
      start() {
        overview = { type: "overview", data: views.overview() };
        stop = views.subscribe((event) => {
          if (event.type === "overview") overview = event;
          else if (waiting.push(event) > waitingMax) {
            waiting.shift();
            gap = true;
          }
          wake?.();
        });
        timer = setInterval(() => void heartbeat(), heartbeatMs);
        timer.unref();
      },
      async pull(controller) {
        for (;;) {
          if (ended) {
            controller.close();
            return;
          }
          const text = take();
          if (text !== undefined) {
            controller.enqueue(encoder.encode(text));
            return;
          }
          await new Promise<void>((resolve) => (wake = resolve));
          wake = undefined;
        }
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
}
