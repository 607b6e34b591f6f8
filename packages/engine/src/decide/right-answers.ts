import { RotatingMap } from "../detect/oracle/rotating-map.ts";
import { Allowance } from "./allowance.ts";

/**
 * Answers that only who knows the person asked about gets (see `known-details.ts`) are paid from here, not from the credits of who asks nor from what newcomers share: {@link rightADay} a day for a
 * network whose other questions are not many more, together at most as often as the endpoint is usually asked. Beyond that they cost what others do.
 *
 * It bounds what a stolen list with all details gives, a guess of the most usual detail, and a service that lets a detail be passed by. Walked around by many networks, at the usual pace.
 * Bound: {@link sourcesMax} networks; who fills that with others has as many addresses.
 */
export class RightAnswers {
  readonly #sources = new RotatingMap<Day>(sourcesMax);
  readonly #pace = new Allowance(burst);

  /** Whether one more may pass for that network; `perMs`: how often the endpoint may be asked together. */
  has(network: string, at: number, perMs: number): boolean {
    const { right, wrong } = this.#of(network, at);
    return right < rightADay && wrong <= wrongFree + right && this.#pace.has(1, at, perMs, burst + perMs * savedMs);
  }

  /** It passed. */
  take(network: string, at: number): void {
    this.#of(network, at).right++;
    this.#pace.take(1);
  }

  /** The network was told something else, or would have been. */
  wrong(network: string, at: number): void {
    this.#of(network, at).wrong++;
  }

  #of(network: string, at: number): Day {
    const day = Math.floor(at / 86_400_000);
    let count = this.#sources.get(network);
    if (count === undefined) {
      count = { day, right: 0, wrong: 0 };
      this.#sources.add(network, count);
    } else if (count.day < day) {
      count.day = day;
      count.right = 0;
      count.wrong = 0;
    }
    return count;
  }
}

interface Day {
  day: number;
  right: number;
  wrong: number;
}

/** As many as a caller can earn by follow-ups; a carrier's gateway and a surgery have some dozens to hundreds. */
export const rightADay = 500;
/** A dozen mistakes more than right ones are a gateway's bad morning. */
export const wrongFree = 12;
export const sourcesMax = 16_384;
/** A quiet door's, before its pace is known; and what was not used in the last ten minutes. */
const burst = 30;
const savedMs = 600_000;
