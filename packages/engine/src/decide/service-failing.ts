import { BernoulliCusum } from "../detect/observe/bernoulli-cusum.ts";
import type { EndpointWatch } from "./endpoint-watch.ts";
import { enumerationPolicy as policy } from "./enumeration-policy.ts";

/** Whether the service fails those who are known: who does not follow up now may want to. Newcomers alone cannot say so, they may fail on purpose. */
export class ServiceFailing {
  #failing = false;
  readonly #known = new BernoulliCusum(policy.failingAt);
  readonly #newcomers = new BernoulliCusum(policy.failingAt);

  /** Somebody was answered, or failed. */
  answered(failed: boolean, newcomer: boolean): void {
    (newcomer ? this.#newcomers : this.#known).add(failed, policy.failingUsual, policy.failingShare);
    if (this.#known.value === 0) this.#failing = false;
    else if (this.#known.reached || (this.#known.value >= policy.failingAt / 2 && this.#newcomers.reached)) this.#failing = true;
  }

  /** Follow-ups fail for everybody: that one is missing is nobody's guilt. */
  outage(watch: EndpointWatch): boolean {
    return this.#failing || watch.share.outage;
  }

  /** And known sources are not seen to set out for one: nothing is concluded from what nobody does. */
  frozen(watch: EndpointWatch): boolean {
    return this.outage(watch) && !watch.share.speaks;
  }
}
