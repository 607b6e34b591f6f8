/**
 * Every detector a Signal may name, for people: what it sees, misses and mistakes, how it is walked around, and what it may do to an answer.
 * `docs/reference/detectors.md` is made from this table; a test holds its ids equal to those the code raises.
 */
export const detectorCatalogue: readonly DetectorEntry[] = [
  {
    id: "enumeration.credits",
    letter: "D1",
    sees: "One caller that asks about ever new people and never does what honest users do next. Each new person costs a credit of the caller's narrowest key and of its address; an anchor gives back more than it cost; an idle key regains four a day. Who asks at several guarded doors has a quarter more in all, not a budget at each; a person asked about at two doors costs once.",
    misses: "One question each from fresh addresses: each has credits of its own. Enumerators who anchor as often as honest users do, which needs identifiers they own.",
    mistakes:
      "A crowd behind one address whose follow-ups are not seen (another service answers them, or the answer is not shown to the gate). Declare an anchor for that endpoint, or give it a wider budget.",
    walkedAroundBy: "More addresses. Then `enumeration.endpoint` and `enumeration.ceiling` bound what the endpoint as a whole gives away.",
    acts: "the uniform answer when credits are spent; tells people at three windows of distinct subjects",
    file: "packages/engine/src/decide/charges.ts",
    numbers: "packages/engine/src/decide/enumeration-policy.ts",
  },
  {
    id: "enumeration.source",
    letter: "D2",
    sees: "A source whose questions stay without the follow-up that honest users make, at any speed: a sequential likelihood ratio over anchored and unanchored first contacts. At 100,000 to 1 it is flagged for thirty days.",
    misses: "Sources that share an address with many honest users and stay below their slack. Sources that ask a handful of questions in all.",
    mistakes: "A source whose honest share of unanchored questions is far above 45 %: a monitor, a partner's job. A proven credential, or a declared endpoint, keeps it apart.",
    walkedAroundBy: "Changing addresses before the evidence is there: about fifteen questions each.",
    acts: "the uniform answer to the flagged source",
    file: "packages/engine/src/decide/left-unexplained.ts",
    numbers: "packages/engine/src/decide/enumeration-policy.ts",
  },
  {
    id: "enumeration.endpoint",
    letter: "D3",
    sees: "Many new sources at once: newcomers' first contacts come three times as often as in the busiest ten minutes seen (a Poisson CUSUM). Then the newcomers' own follow-ups decide: released when they anchor as honest users do, confirmed when they do not.",
    misses: "An attack below twice the learned rate for ever: the ceiling's. Anything in the first half hour or the first twenty contacts, before a rate is learned.",
    mistakes:
      "While thousands of fresh addresses press, honest newcomers are answered uniformly too (measured: 5 % of an hour's lookups beside 10,000 questions from 5,000 addresses). Anchors that fail during a real rush confirm it.",
    walkedAroundBy:
      "Patience, or being there from the first hour so that the attack is learned as normal. The ceiling's floor and the baseline, frozen during alarms, bound what that buys.",
    acts: "newcomers share the learned rate; none is answered truthfully once confirmed; callers known by their anchors notice nothing",
    file: "packages/engine/src/decide/endpoint-watch.ts",
    numbers: "packages/engine/src/decide/enumeration-policy.ts",
  },
  {
    id: "enumeration.follow-up",
    letter: "D4",
    sees: "A slow attack from any number of places: the share of newcomers' questions that stay without follow-up rises beyond what honest days showed (a CUSUM over outcomes, not over time, so that patience buys nothing), their number a day rises, or most of them come by the clock, as many at night as at noon, even if they came so before Postern did. Frozen while those who are known do not follow up either: an outage is no attack.",
    misses:
      "An attack that is a small part of all newcomers, or whose askers follow up with identifiers of their own; one that was there first and asks as many as the hour is busy. Services whose newcomers mostly never follow up (above 60 % from the start) are tested by the clock only.",
    mistakes:
      "A release or a campaign after which new users stop following up in a way that can be seen. While a slow attack is held off whose clients cannot be named and whose list is not gone through in order, most honest newcomers are answered as unknown too.",
    walkedAroundBy:
      "Asking from addresses that have followed up before, which needs own accounts; staying a small part of the newcomers. Then the credits and `enumeration.ceiling` are left.",
    acts: "newcomers share a trickle of truthful answers, six an hour and fewer, until their follow-ups are honest again; where the attack's clients are named, or its list is gone through in order and it is seen where it stands, only those or who asks there are held off, and all again for six hours or longer when it goes on among the others, which is told; callers known by their anchors notice nothing",
    file: "packages/engine/src/decide/follow-up-share.ts",
    numbers: "packages/engine/src/decide/enumeration-policy.ts",
  },
  {
    id: "enumeration.clock",
    letter: "",
    sees: "Over weeks of stored days: of the newcomers who never follow up most come evenly by day and by night, as a program does, while those who follow up sleep. Needs no days without the attack.",
    misses:
      "A program that keeps people's hours; services used evenly around the clock; what is less than half of all that stays without follow-up. Less than three weeks of follow-ups.",
    mistakes: "Newcomers whose follow-up is not seen and who come at all hours: a monitor from ever new addresses, a second country of use.",
    walkedAroundBy: "Asking by day.",
    acts: "nothing; it tells people, once a night",
    file: "packages/engine/src/detect/slow/slow-clock.ts",
    numbers: "packages/engine/src/detect/slow/slow-policy.ts",
  },
  {
    id: "enumeration.block",
    letter: "D5",
    sees: "One block of identifiers (ten thousand numbers, a mail domain) that is asked about eight times as much as on its busiest day, at most two questions a source, and whose askers do not follow up: some ten to twenty questions, from however many addresses.",
    misses: "A list shuffled over many blocks. Fewer than eight questions a day in a block. Batches but for their first number. Sign-in names and random ids have no blocks.",
    mistakes: "Many people of one new block who ask and never follow up: a campaign whose page only looks numbers up.",
    walkedAroundBy: "Spreading the list evenly over all blocks.",
    acts: "while it stands (a day), `enumeration.endpoint` and `enumeration.follow-up` need two fifths of their evidence",
    file: "packages/engine/src/detect/target/block-coverage.ts",
    numbers: "packages/engine/src/detect/target/target-policy.ts",
  },
  {
    id: "enumeration.neighbours",
    letter: "D5",
    sees: "Different sources that ask about numbers next to each other (within four) on one day, far more than the learned density of such questions, and do not follow up.",
    misses: "Strides of five and more. Neighbours of which one stands beyond a boundary of 32 numbers, about one in twelve.",
    mistakes: "Colleagues with numbers in a row who all look each other up and never sign in.",
    walkedAroundBy: "A shuffled list, or a stride.",
    acts: "as `enumeration.block`",
    file: "packages/engine/src/detect/target/neighbour-hits.ts",
    numbers: "packages/engine/src/detect/target/target-policy.ts",
  },
  {
    id: "enumeration.order",
    letter: "D5",
    sees: "A list that is worked through in order: of unanchored questions that lie close together, the later one is always above (or always below) the earlier. Independent people go up as often as down, however dense their numbers are. Some thirty pairs decide.",
    misses: "A shuffled list. A sorted one that is less than about half of what stays without follow-up. Services where fewer than 64 askers ever followed up.",
    mistakes: "A job of one's own that checks a sorted list through many addresses.",
    walkedAroundBy: "Shuffling the list.",
    acts: "as `enumeration.block`",
    file: "packages/engine/src/detect/target/number-order.ts",
    numbers: "packages/engine/src/detect/target/target-policy.ts",
  },
  {
    id: "enumeration.ceiling",
    letter: "D6",
    sees: "The truthful answers an endpoint gave in a day to sources that never anchored. The ceiling is learned (1.5 times the busiest day, at most 200 and 1.25 for each who followed up on the best day of that, at most 1,000 where nobody ever did, and at least 200; none in a log that shows no follow-ups) or set by `unanchoredCeiling`.",
    misses: "Everything below it: so many people a day may be learned by whoever is patient and spread out. Set it as low as the service can bear.",
    mistakes: "A day with far more honest newcomers than any before: a launch, a campaign. Raise it before.",
    walkedAroundBy: "Staying below it; anchoring.",
    acts: "the uniform answer to newcomers until the day is over",
    file: "packages/engine/src/decide/endpoint-watch.ts",
    numbers: "packages/engine/src/decide/enumeration-policy.ts",
  },
  {
    id: "enumeration.fan-out",
    letter: "",
    sees: "Callers who show a credential and ask about many people at once, as apps that send an address book do. Counted is each person a caller never asked about before. Each has a start for its first book (at most 5,000, learned), which it sends in one sitting; after that three times its usual day and twenty, and what callers of this service are seen to send in later sittings. Callers who send a first book share what others did in ten minutes, side by side, in an hour and in a day; lists longer than any usual program's share a small allowance. Where nearly all callers ask about a handful (free and busy of colleagues), learned over twenty hours and fifty callers, a caller has a hundred to start with, however its requests are cut, and the first one that wants more is told of. Of first books it is counted how many are longer than nine in ten, than all but one in fifty and than all were: many such within days are one list in parts.",
    misses:
      "Many accounts that each send one book of usual length at once, one after another at the pace of honest people: a start each; nothing in a list of real numbers tells it from a book, and only books longer than nearly all are told of, after six where none was so long before, a dozen where one in fifty was. Ten accounts side by side are few at a service where hundreds of books come in an hour. The first half hour of a new service; books side by side in its first twenty hours. One by one through a list in that time, or from more than five to twenty sessions, each with more than a handful: then books are taken for usual. Endpoints that ask about one person a request and refused whoever shows no credential before they were seen to tell who exists; those seen later have a start of a hundred for each proven caller. Lists whose answers tell nobody apart: a sum, other ids in another order; each person is paid for all the same.",
    mistakes:
      "A partner's first big month, a help desk, a launch, a new program with far longer lists: declare `signedInCredits` there, or who comes and until when with `expected`. Somebody whose first book breaks off for more than ten minutes is told of the rest at twenty a day, unless that is usual.",
    walkedAroundBy: "More accounts, each of which sends one book as people do, an hour or so after the one before.",
    acts: "the uniform answer to the request as a whole; a smaller one may still fit. Tells people at twice what a caller may, at four callers refused within an hour, at six refused a second book, or when far more first books than ever are long (that only tells)",
    file: "packages/engine/src/decide/fan-out.ts",
    numbers: "packages/engine/src/decide/fan-out-policy.ts",
  },
  {
    id: "listing.people",
    letter: "",
    sees: "Callers who turn the pages of a list of people (`GET /members?page=7`, cursors, GraphQL connections): counted is of how many different people the answers tell one caller in a day, and one address over all its credentials. Unusual is twice the third-largest day of all others there, four standard deviations above the mean logarithm of their days, and three times that caller's own largest day. Of whom it was told stands in the disclosures from the day's first page on, and in the report of that endpoint.",
    misses:
      "Many accounts at many addresses, each of which turns as many pages as people do. Lists that everybody reads whole. While fewer than 20 callers of an endpoint are known, anything below 5,000 people in a day. People keyed by their ids in an object; answers that are no JSON or larger than what is read of an answer. Exports of one file.",
    mistakes: "An export, a nightly job, staff on their first day with a long list: declare `expected`. A caller that was told of is told of again only at three times that.",
    walkedAroundBy: "As many pages a day as others turn, from as many accounts and addresses as it takes; growing one's own usual day while it stays below what others do.",
    acts: "nothing is held: the answers are the service's own. Tells people at four times the third-largest day",
    file: "packages/engine/src/detect/listing/people-listings.ts",
    numbers: "packages/engine/src/detect/listing/listing-policy.ts",
  },
  {
    id: "access.foreign-objects",
    letter: "",
    sees: "Callers who show a credential and read objects by ids (`/orders/{id}`) that the service never handed to them, in a list or by creating them, where four callers in five read only what they were handed. Each may read six such objects, and one more in six hours: for links that people send each other.",
    misses:
      "Foreign ids that a list hands out itself; ids in bodies and queries; endpoints to which many callers bring ids of their own, as partners' jobs do; services whose answers are not seen as JSON. More accounts, each within its six. Until some ten callers were seen to list and open, nothing is held.",
    mistakes:
      "Staff and jobs whose ids come from elsewhere, at an endpoint that customers use as well: their traffic is answered as for unknown objects after six. A list that was shown before Postern came costs as many as are opened from it. Declare `signedInCredits` there.",
    walkedAroundBy: "Six objects an account; having the service list foreign ids first.",
    acts: "the uniform answer to that caller for objects it was not handed. Tells people at the sixth refusal of one caller, or at four callers refused within an hour",
    file: "packages/engine/src/decide/object-owners.ts",
    numbers: "packages/engine/src/detect/provenance/provenance-policy.ts",
  },
  {
    id: "canary.touched",
    letter: "",
    sees: "A question about an identifier that nobody honest knows: a canary of the configuration (registered and never published, or never registered), or three in ranges where nobody can be registered. The second canary of one caller, or canaries asked about from two networks within a day and a half, wakes somebody. It cuts what the other detectors need to 40 % and down to 15 %: the caller's own credits, evidence and telling, and, when several networks asked, the endpoint's alarms.",
    misses:
      "Attackers who know or skip the canaries: for them everything is as without. Endpoints that are not guarded. Dark ranges in the first twenty questions of known callers, and those in which known callers ask: they are lived in.",
    mistakes:
      "A canary that was published after all, or is used by somebody: it is none any more once it signs in. A probe run against production. A tester who types numbers from films.",
    walkedAroundBy: "A list of accounts known to be alive. Then it costs what it costs without canaries.",
    acts: "nothing by itself; an address or client that ever anchored is not judged by it",
    file: "packages/engine/src/decide/canary-watch.ts",
    numbers: "packages/engine/src/decide/canary-policy.ts",
  },
  {
    id: "otp.brute-force",
    letter: "",
    sees: "Wrong codes in a row on one challenge or one account. A new code does not begin a new count; only a right one ends it. Five are told, ten page.",
    misses: "The account, where a request names only the challenge and comes from another network than the one that began it. Endpoints whose kind is unproven.",
    mistakes: "Somebody who types an old code ten times.",
    walkedAroundBy: "Few tries an account, on many accounts: `otp.spray`.",
    acts: "enforcing, callers who were never right for a person may together be wrong ten times on him, then once in ten minutes (429); a right code ends the count, a new code sent does not; where requests name only a challenge, on that; `budget.wrongCodesOnOne` says otherwise; no account is locked",
    file: "packages/engine/src/detect/abuse/otp-brute-force.ts",
    numbers: "packages/engine/src/detect/abuse/abuse-policy.ts",
  },
  {
    id: "otp.spray",
    letter: "",
    sees: "Codes guessed on many accounts, a few tries on each: a source whose first codes are wrong on seven challenges in a row; all sources together, by the share of accounts whose first code is wrong or stays wrong for five minutes, against the learned share; one code tried on several accounts in a day.",
    misses:
      "Guesses far fewer than honest people's lasting failures (about one in twenty of honest checks). Endpoints whose kind is unproven: nobody was seen there to correct a code yet.",
    mistakes: "Codes that arrive late and are typed anyway, while no outage is seen; a release that breaks the code's form.",
    walkedAroundBy: "Patience; own accounts that verify between guesses.",
    acts: "enforcing, a caller whose twenty tries were all wrong (an address: sixty) is refused the next (429) before the service is asked, then one in half an hour passes; once guessing on many accounts is proven, all who never were right may together be wrong only as often as does no harm (5,000 times a day at six digits, or three times what is usual); `budget.wrongCodes` and `budget.slowStrangers` say otherwise; no account is locked",
    file: "packages/engine/src/detect/abuse/otp-spray.ts",
    numbers: "packages/engine/src/detect/abuse/abuse-policy.ts",
  },
  {
    id: "sms.pumping",
    letter: "",
    sees: "Messages to one prefix (the number without its last four digits) that nobody verifies: 8 to 20 decide, each weighed by how many would have been verified at its age; faster than codes can be typed, eighteen different numbers in a prefix that had next to none, while nobody there answers. Before that, a surge of one prefix far beyond its usual share, at level medium. While sends fail, or verifications stop everywhere, nothing counts.",
    misses:
      "Numbers it never saw: a send by an account's id alone, whose number no earlier request named. Fewer than fifteen messages a prefix. Pumping that verifies its own codes.",
    mistakes:
      "Messages to people who did not ask for one. Eighteen colleagues with adjoining numbers who set up theirs in the same half minute. On a quiet site an attack over many prefixes at once, each of which verified something before, is taken for an outage.",
    walkedAroundBy:
      "Many prefixes with a dozen messages each; four prefixes or more at once, a message a second each, look like a country where the service begins: told at medium, paged after some fifty each.",
    acts: "enforcing, numbers of that prefix that never confirmed a code get no message (429 before it goes out) for twelve hours, twice as long each time it goes on, but for one in ten minutes; when four of those confirm, it ends",
    file: "packages/engine/src/detect/abuse/sms-pumping.ts",
    numbers: "packages/engine/src/detect/abuse/abuse-policy.ts",
  },
  {
    id: "push.bombing",
    letter: "",
    sees: "Prompts on one person's device since the last he agreed to: three are told, five within ten minutes page.",
    misses: "A person who gives in to the first or second. Endpoints not known to prompt: three people must have been seen to decide on other devices what was asked there.",
    mistakes: "Somebody who tries again and again with a device that is switched off.",
    walkedAroundBy: "Four prompts in ten minutes.",
    acts: "enforcing, the sixth within ten minutes is refused (429) before it goes out, then one every ten minutes passes; what else that endpoint sends to the person is refused with it. Requests that the service refused itself do not count where people were seen to decide what it had sent and nothing it had refused",
    file: "packages/engine/src/detect/abuse/push-bombing.ts",
    numbers: "packages/engine/src/detect/abuse/abuse-policy.ts",
  },
  {
    id: "login.stuffing",
    letter: "",
    sees: "Leaked names and passwords tried one after another: a source that fails on ten different accounts with hardly a success, at any speed; all sources together, by the share of accounts whose first try fails or stays failed. A success of a flagged source is told as a taken account.",
    misses: "Lists of which a quarter is right. One try each from fresh sources at less than about a twelfth of honest sign-ins.",
    mistakes: "A gateway whose people all lost their saved passwords at once, after a forced reset.",
    walkedAroundBy: "Own accounts that sign in between tries; patience.",
    acts: "enforcing, the source is slowed at accounts that never signed in from there: three tries an account and hour, ten in all (sixty where many sign in), then one in ten minutes; fresh sources are told only",
    file: "packages/engine/src/detect/abuse/login-stuffing.ts",
    numbers: "packages/engine/src/detect/abuse/abuse-policy.ts",
  },
  {
    id: "login.refusals",
    letter: "",
    sees: "In an access log, which has neither names nor answers: requests that change something, at which people are refused, try again, and do not come back once they are let in. There, all clients together by the share of those refused at their first try; and one network that is refused thirty times in a row, told again at each doubling. 401 in a row is told anywhere.",
    misses: "Refusals and successes with one status; sign-ins by GET; what stays below honest people's own slips; a network at which honest people are let in between its tries.",
    mistakes: "A program with an old password or token, hence `medium` for one network; a form that a release broke.",
    walkedAroundBy: "Own accounts that sign in between tries; many networks with few tries each, at a fraction of honest traffic.",
    acts: "nothing; it tells people",
    file: "packages/engine/src/detect/abuse/log-refusals.ts",
    numbers: "packages/engine/src/detect/abuse/log-refusals.ts",
  },
  {
    id: "voucher.guessing",
    letter: "",
    sees: "Codes of coupons, gift cards, referrals and invitations guessed: an address or an account that tries one code of its own after another and is wrong more often than honest callers there, at any speed, also where a third of the guesses is right; all sources together, by the share of callers whose first code in half an hour is refused. The different code counts, not the request; what people of other networks tried before (a newsletter's code, also one that ran out) is no guess. What a flagged source then gets through is told as found.",
    misses: "Codes under names that say nothing. Guesses of which half is right. One try each from fresh addresses and accounts at less than about a quarter of honest tries.",
    mistakes: "A till or an import behind one address that goes through codes gone stale; the first whose browser's helper goes through a new list.",
    walkedAroundBy: "Valid codes of the guesser's own, each of which buys half a guess to two, once.",
    acts: "enforcing, a caller with twenty different wrong codes (an address: sixty) is refused the next (429) before the service is asked, then one in half an hour passes; right ones give back what honest people need; while guessing from many places is proven, strangers together have what is usual. `budget.wrongCodes` and `budget.slowStrangers` say otherwise; no account is locked",
    file: "packages/engine/src/detect/abuse/voucher-guessing.ts",
    numbers: "packages/engine/src/detect/abuse/abuse-policy.ts",
  },
  {
    id: "login.spray",
    letter: "",
    sees: "One password tried on many accounts, from however many places, by 14 bits of a keyed hash of it that is another one each day, in memory only. Passwords that fail and succeed in the usual proportion are taken for popular.",
    misses: "Fewer than eight accounts a password and day. A list with another password for each account: `login.stuffing`.",
    mistakes: "A wrong default that a device sends for many accounts.",
    walkedAroundBy: "Fewer accounts a day than eight for each password.",
    acts: "enforcing, that password is refused until the day is over at accounts that never signed in from the caller's network",
    file: "packages/engine/src/detect/abuse/login-spray.ts",
    numbers: "packages/engine/src/detect/abuse/abuse-policy.ts",
  },
  {
    id: "takeover.aftermath",
    letter: "",
    sees: "Once a night: whether people whom a stranger was told about recover accounts or ask for codes more often than others who signed in on the same days (an e-process over hypergeometric counts, one false alarm in 100,000 services for ever).",
    misses: "A list used on fewer than about fifteen people; one used elsewhere, or later than disclosures are kept; endpoints whose kind is unproven.",
    mistakes: "Exposed people who recover more often for reasons of their own, beyond odds of 1.5.",
    walkedAroundBy: "Using the list on another service, or on a few people only.",
    acts: "nothing; it tells people",
    file: "packages/engine/src/detect/abuse/aftermath.ts",
    numbers: "packages/engine/src/detect/abuse/aftermath.ts",
  },
  {
    id: "takeover.number-change",
    letter: "",
    sees: "A number that `postern number-changed` or `POST /api/v1/number-changes` reported as ported or changed, a new device and a new password for the same person within 72 hours, in any order.",
    misses: "Changes nobody reports; a thief who waits; devices and passwords of before the first report ever.",
    mistakes: "An honest person with a new card in a new telephone who sets a new password. Hence level medium.",
    walkedAroundBy: "Waiting three days between the steps.",
    acts: "nothing; it tells people",
    file: "packages/engine/src/detect/abuse/number-changes.ts",
    numbers: "packages/engine/src/detect/abuse/number-changes.ts",
  },
  {
    id: "trigger.<id>",
    letter: "",
    sees: "What you wrote under `triggers` in postern.yaml: a CEL condition over the facts of an exchange and counters over windows.",
    misses:
      "What slips over a pane's edge (a twelfth of the window), keys forgotten at the bound, and anything kept just under the threshold. Counters start empty after a restart.",
    mistakes: "Whatever its condition does; try it on recorded traffic with `import`.",
    walkedAroundBy: "Knowing the threshold.",
    acts: "nothing by itself; from level `high` on it opens an incident",
    file: "packages/engine/src/detect/triggers/triggers.ts",
    numbers: "packages/engine/src/detect/triggers/trigger-definition.ts",
  },
];

export interface DetectorEntry {
  /** As in `Signal.detector`; `<id>` stands for what a person chose. */
  readonly id: string;
  /** Its short name in code and design: `D1`; empty for none. */
  readonly letter: string;
  readonly sees: string;
  readonly misses: string;
  readonly mistakes: string;
  readonly walkedAroundBy: string;
  /** What it may do to an answer in `enforce`. */
  readonly acts: string;
  /** Where it is defined, and where its numbers are. */
  readonly file: string;
  readonly numbers: string;
}
