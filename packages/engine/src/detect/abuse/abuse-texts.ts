import type { Mode } from "../../exchange/exchange.ts";

/** The title of an incident of a detector other than those of enumeration; undefined for any other. */
export function abuseTitle(detector: string): string | undefined {
  return titles.get(detector);
}

/** What to do about an incident of this kind, most urgent first, where the gate runs in this mode; both are told where nobody knows. Undefined for kinds of elsewhere. */
export function abuseSteps(kind: string, mode?: Mode): readonly string[] | undefined {
  return steps.get(kind)?.map((step) => (typeof step === "string" ? step : step[mode ?? "either"]));
}

/** A step that depends on whether the gate enforces. */
type Step = string | (Readonly<Record<Mode, string>> & { readonly either: string });

const titles: ReadonlyMap<string, string> = new Map([
  ["otp.brute-force", "Somebody is guessing one person's codes"],
  ["otp.spray", "Somebody is guessing codes on many accounts, a few tries on each"],
  ["sms.pumping", "Messages go out to numbers where nobody reads them"],
  ["push.bombing", "Somebody is sending prompts to one person's device until he gives in"],
  ["login.stuffing", "Somebody is trying leaked passwords"],
  ["login.refusals", "Somebody is refused again and again where people try until they are let in"],
  ["login.spray", "Somebody is trying one password on many accounts"],
  ["voucher.guessing", "Somebody is guessing codes of coupons or gift cards"],
  ["access.foreign-objects", "Somebody asks for objects that belong to others"],
  ["listing.people", "Somebody goes through a list of people, page after page"],
  ["takeover.aftermath", "People whom a stranger learned of lose their accounts"],
  ["takeover.number-change", "A number changed hands, and with it an account"],
]);

const steps: ReadonlyMap<string, readonly Step[]> = new Map<string, readonly Step[]>([
  [
    "listing",
    [
      "Ask whose account it is whether this was meant to be; if not, end its sessions",
      "Bound what one caller may read of this list: how far it pages, how many people a day",
      "Leave out of the list what its readers do not need: addresses, numbers, ids",
      "If it is an export or staff, say so with `expected`, until when and how many people a day",
    ],
  ],
  [
    "access",
    [
      "Have this endpoint compare the object's owner with who asks, and answer as if it were not there",
      "Look for the same gap where this kind of object is read, changed or deleted",
      {
        enforce: "The gate enforces: nothing more than a few objects is told to such a caller",
        observe: "Stop it now: run the gate with --mode enforce; nothing more than a few objects is then told",
        either: "Where enforcing, nothing more than a few objects is told; where observing, all of them are: use --mode enforce",
      },
      "End the sessions of the callers told, and undo what they changed",
    ],
  ],
  [
    "takeover",
    [
      "Ask for more than a code at recovery and for a new device, for the people who were exposed first",
      "Undo the recoveries of exposed people of the last days, on another way than the number",
      "Tell the people exposed what may be tried on them",
    ],
  ],
  [
    "otp",
    [
      "Let a code die after five wrong tries, and count an account's wrong tries over all its codes",
      "Ask the sources for more than a code: a known device, a proof of work, a pause",
      "Look at who was let in by these sources since it began, and end those sessions",
    ],
  ],
  [
    "sms",
    [
      {
        enforce: "The gate holds the prefix (`heldUntil`) where sends name the number; where they do not, hold it at your message provider, twelve hours, then longer",
        observe: "Hold the prefix at your message provider, twelve hours, then longer; with --mode enforce the gate holds it, where sends name the number",
        either: "Where Postern observes, or sends name no number: hold the prefix at your message provider, twelve hours, then longer; where it enforces, it is held (`heldUntil`)",
      },
      "Ask for a proof that somebody is there (a puzzle, a known device) before a message goes out",
      "Set a limit on messages an hour for each country, and take countries without customers off",
    ],
  ],
  [
    "push",
    [
      "Stop prompts to this account for now, and ask for the number shown on the screen instead of a yes",
      "Tell the person on another way that somebody knows the password",
      "Have the password changed",
    ],
  ],
  [
    "login",
    [
      "End the sessions of the accounts told as taken, or let in from these sources, and have their passwords changed",
      "Ask the sources for a second factor or a proof of work; slow the pair of source and account",
      "Do not lock accounts: whoever tries passwords could lock everybody out",
    ],
  ],
  [
    "voucher",
    [
      "Void or replace the codes told as found, and hold the orders that used them",
      "Let each account try a few codes an hour, and each address a few more; ask for a proof of work beyond that",
      "Make codes of gift cards long and random: twelve characters or more, with a PIN of their own",
    ],
  ],
]);
