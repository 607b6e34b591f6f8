import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Overview } from "../api-types.ts";
import { rate } from "./format.ts";

/** The last two minutes: how many answers of guarded endpoints told something, how many were uniform, over all requests. */
export function SeriesChart({ series }: { readonly series: Overview["series"] }) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const latest = useRef(series);
  latest.current = series;

  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsFor(element), dataOf(latest.current), element);
    };
    draw();
    const resize = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: chartHeight }));
    resize.observe(element);
    const theme = new MutationObserver(draw);
    theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", draw);
    return () => {
      resize.disconnect();
      theme.disconnect();
      system.removeEventListener("change", draw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, []);

  useEffect(() => plot.current?.setData(dataOf(series)), [series]);

  const last = (values: readonly number[]): string => rate(values.at(-1) ?? 0);
  return (
    <figure>
      <figcaption className="mb-2 flex flex-wrap gap-x-5 gap-y-1 text-[13px]">
        <Key colour="bg-leak" name="Told something" value={last(series.truthful)} />
        <Key colour="bg-brand" name="Uniform" value={last(series.uniform)} />
        <Key colour="bg-strong" name="All requests" value={last(series.requests)} />
        <span className="ml-auto text-soft">answers counted by person, per {series.stepMs === 1_000 ? "second" : `${series.stepMs / 1_000} s`}</span>
      </figcaption>
      <div
        ref={holder}
        role="img"
        aria-label={`Answers of guarded endpoints in the last two minutes. Latest: ${last(series.truthful)} told something, ${last(series.uniform)} uniform, of ${last(series.requests)} requests.`}
      />
    </figure>
  );
}

/** Pixels; fills the panel beside the counters. */
const chartHeight = 288;

function Key({ colour, name, value }: { readonly colour: string; readonly name: string; readonly value: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <span className={`h-2.5 w-2.5 rounded-xs ${colour}`} aria-hidden="true" />
      {name} <span className="font-medium">{value}</span>
    </span>
  );
}

function dataOf({ fromAt, stepMs, requests, truthful, uniform }: Overview["series"]): uPlot.AlignedData {
  const start = Date.parse(fromAt) / 1_000;
  return [requests.map((_, index) => start + (index * stepMs) / 1_000), [...requests], [...uniform], [...truthful]];
}

function optionsFor(element: HTMLElement): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui" };
  const line = (name: string, width: number, fill?: string): uPlot.Series => ({
    stroke: colour(name),
    width,
    points: { show: false },
    ...(fill === undefined ? {} : { fill: `${colour(fill)}2e` }),
  });
  return {
    width: element.clientWidth,
    height: chartHeight,
    legend: { show: false },
    cursor: { show: false },
    // Half of the last time's width: it stands centred under its moment.
    padding: [8, 30, 0, 0],
    scales: { y: { range: (_, __, max) => [0, Math.max(5, max * 1.1)] } },
    axes: [
      { ...axis, grid: { show: false }, space: 90, values: (_, ticks) => ticks.map((tick) => new Date(tick * 1_000).toLocaleTimeString("en-GB")) },
      { ...axis, size: 40, space: 40 },
    ],
    series: [{}, line("--strong", 1), line("--brand", 2, "--brand"), line("--leak", 2, "--leak")],
  };
}
