import type pc from "picocolors";
import { wrap } from "../../cli/report/text-layout.ts";
import { besideUs, brokenClaims } from "./race-story.ts";
import type { Race, RaceLane } from "./run-race.ts";

/** Shows the last act: on a live terminal a picture that is painted anew in place, else a line every fifteen days; then a still summary. No line is wider than 80 columns. */
export class RaceTeller {
  readonly #options: RaceTellerOptions;
  #painted = 0;
  #toldDay = 0;

  constructor(options: RaceTellerOptions) {
    this.#options = options;
  }

  begin(race: Race): void {
    const { everySeconds, addresses, days, people, visitsPerDay, honestDays, listed, existing } = race;
    this.#text(
      `A patient thief: one question in ${everySeconds / 60} minutes, each from the next of ${n(addresses)} addresses, for ${days} days. On the list ${n(listed)} numbers, ${n(existing)} of them real. The same service, kept small (${n(people)} people, ${visitsPerDay} visits a day), replayed in its own time after ${honestDays} honest days; beside Postern, each before the same traffic, four limiters by address.`,
    );
    this.#write("");
  }

  progress(race: Race): void {
    if (this.#options.live) {
      this.#wipe();
      const lines = this.#table(race, "day", (lane) => (lane.notRun !== null ? "–" : lane.state === null ? "" : lane.state.day > 0 ? String(lane.state.day) : "before"));
      for (const line of lines) this.#write(line);
      this.#painted = lines.length;
      return;
    }
    // The slowest lane speaks for all: the others' figures may be of a later day.
    const running = race.lanes.filter((lane) => lane.notRun === null);
    const day = Math.min(...running.map((lane) => lane.state?.day ?? 0));
    if (day < this.#toldDay + dayStep || day >= race.days) return;
    this.#toldDay = Math.floor(day / dayStep) * dayStep;
    const ours = race.lanes.find((lane) => lane.ours);
    const theirs = besideUs(race).flatMap(({ state }) => (state === null ? [] : [state.leaked]));
    this.#write(`   day ${this.#toldDay}: ${n(ours?.state?.leaked ?? 0)} people learned behind Postern${theirs.length === 0 ? "" : `, ${span(theirs)} behind the limiters`}`);
  }

  end(race: Race): void {
    const { paint } = this.#options;
    this.#wipe();
    if (!this.#options.live) this.#write("");
    for (const line of this.#table(race, "touched", (lane) => (lane.state === null ? "–" : `${((100 * lane.state.touched) / Math.max(1, lane.state.visits)).toFixed(1)} %`)))
      this.#write(line);
    this.#write("");
    const missing = besideUs(race).filter((lane) => lane.notRun !== null);
    for (const lane of missing) this.#text(`Not run: ${lane.name}. ${lane.notRun ?? ""}`, paint.yellow);
    const ours = race.lanes.find((lane) => lane.ours)?.state;
    if (ours?.told !== undefined && ours.told !== null)
      this.#text(
        `Postern told people after ${after(ours.told.afterDays)}; ${n(ours.told.leaked)} ${ours.told.leaked === 1 ? "person was" : "people were"} learned by then. A limiter tells nobody.`,
      );
    if (ours?.unaccounted === 0 && ours.invented === 0) this.#text("Whom it lists as exposed is whom the thief learned: nobody missing, nobody invented.");
    if (ours !== undefined && ours !== null && ours.touched > 0)
      this.#text(
        `Touched: honest visits that were refused something, or told that somebody they know does not exist. Here nobody acts on the alert for ${race.days} days, and newcomers wait with the thief.`,
        paint.dim,
      );
    const versions = [...new Set(besideUs(race).map(({ name, version }) => `${name.split(",")[0] ?? ""} ${version}`))];
    this.#text(`${missing.length === besideUs(race).length ? "" : `${versions.join(" and ")}, the real packages. `}Replayed in ${race.seconds} s.`, paint.dim);
    for (const claim of brokenClaims(race)) this.#text(`Does not hold in this run: ${claim}.`, paint.red);
  }

  #table(race: Race, head: string, of: (lane: RaceLane) => string): string[] {
    const { paint } = this.#options;
    const most = Math.max(1, race.existing);
    const column = Math.max(6, head.length);
    return [
      paint.bold(`   ${"people learned".padEnd(8 + barWidth)}  ${head.padStart(column)}`),
      ...race.lanes
        .toSorted((a, b) => Number(a.ours) - Number(b.ours))
        .map((lane) => {
          const learned = lane.state?.leaked;
          const bar = "█".repeat(learned === undefined ? 0 : Math.max(learned > 0 ? 1 : 0, Math.round((learned / most) * barWidth)));
          const colour = lane.ours ? paint.green : paint.red;
          const name = lane.ours ? paint.bold(lane.name) : lane.name;
          return `   ${(learned === undefined ? "–" : n(learned)).padStart(6)}  ${colour(bar)}${" ".repeat(barWidth - bar.length)}  ${of(lane).padStart(column)}  ${name}`;
        }),
    ];
  }

  #text(text: string, colour: (text: string) => string = (plain) => plain): void {
    for (const part of wrap(text, columns - 3)) this.#write(`   ${colour(part)}`);
  }

  #wipe(): void {
    if (this.#painted > 0) this.#options.out.write(`\u001b[${this.#painted}A\u001b[0J`);
    this.#painted = 0;
  }

  #write(line: string): void {
    this.#options.out.write(`${line}\n`);
  }
}

export interface RaceTellerOptions {
  readonly out: NodeJS.WritableStream;
  readonly paint: ReturnType<typeof pc.createColors>;
  readonly live: boolean;
}

const columns = 80;
const barWidth = 10;
const dayStep = 15;

function span(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? n(least) : `${n(least)} to ${n(most)}`;
}

function after(days: number): string {
  const minutes = days * 1_440;
  return minutes < 120 ? `${Math.round(minutes)} minutes` : minutes < 2_880 ? `${Math.round(minutes / 60)} hours` : `${Math.round(days)} days`;
}

function n(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
