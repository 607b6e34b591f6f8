import { expectedMax, expectedNetworksMax, inventoryBounds, ruleProblem, type TemplateRule, templateRuleKinds, templateRulesMax } from "@postern/engine";
import { z } from "zod";
import { canaryFields } from "./canary-lists.ts";
import { cidr, duration, endpointPattern, httpUrl, listenAddress, rate, secretText } from "./values.ts";
import type { Environment } from "./values.ts";

/**
 * What `postern.yaml` may say. Every key is optional and described; the descriptions become the published JSON Schema. Unknown
 * keys are refused, since a misspelt protection would otherwise be none. `env` fills `${NAME}` in secrets.
 */
export function configSchema(env: Environment) {
  const secret = secretText(env);
  const level = z.enum(["info", "low", "medium", "high", "critical"]);
  const mode = z.enum(["observe", "enforce"]);

  const limit = z.strictObject({
    endpoint: endpointPattern.describe("Method and path the limit is for: `GET /client/v1/users/*/status`; `*` as method is any."),
    by: z.enum(["address", "credential"]).default("address").describe("One allowance for each client address (IPv6: /64) or for each credential. Default address."),
    rate: rate.describe("How many requests over how long, evenly: `30/min`."),
    burst: z.number().int().min(1).max(1_000_000).optional().describe("How many may come at once. Default: the rate's count."),
    mode: mode.default("observe").describe("`observe` only says what it would have refused; turn to `enforce` after a look. Default observe."),
  });

  const budget = z.strictObject({
    disclosureBudget: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe("Most distinct subjects one caller may learn about before answers tell nothing (credits grow up to this). Default 500."),
    startCredits: z.number().int().min(0).max(1_000_000).optional().describe("Credits a new caller starts with. Default 8."),
    unanchoredCeiling: z
      .number()
      .int()
      .min(0)
      .max(1_000_000_000)
      .optional()
      .describe("Truthful answers a day to callers that never did anything only a user can do, for the endpoint as a whole. Default 0: learned."),
    wrongCodes: z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe(
        "Where codes are checked (one-time codes, coupons, gift cards): wrong ones a caller may send in a row before the next is refused (429), three times as many an address; then one in half an hour. 0: only told. Default 20.",
      ),
    wrongCodesOnOne: z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe(
        "And on one person, by all callers together who were never right there: so many, then one in ten minutes. 0: as many as they like. Default 10. Where requests name a challenge and nobody, on one challenge.",
      ),
    slowStrangers: z
      .boolean()
      .optional()
      .describe(
        "While codes are proven to be guessed on many accounts: whether callers who never were right may together be wrong only as often as does no harm (5,000 times a day at six digits, 144 at four; three times what is usual where that is more). Newcomers are then refused with the guesser. Default true.",
      ),
    holdPumped: z
      .boolean()
      .optional()
      .describe(
        "Where codes are sent: whether numbers that never confirmed a code get none while messages to their prefix (the number without its last four digits) are proven to be pumped: twelve hours, twice as long each time it goes on; one in ten minutes is let through, and when those confirm it ends. Default true.",
      ),
    holdStuffers: z
      .boolean()
      .optional()
      .describe(
        "Where passwords are taken: whether a source proven to try leaked ones is slowed at accounts that never signed in from there: three tries an account and hour, ten in all (sixty where many sign in), then one in ten minutes. Default true.",
      ),
    holdSprayed: z
      .boolean()
      .optional()
      .describe(
        "Where passwords are taken: whether a password proven to be tried on many accounts is refused until the day is over, at accounts that never signed in from there. Default true.",
      ),
    signedInCredits: z
      .number()
      .int()
      .min(0)
      .max(100_000_000)
      .optional()
      .describe(
        "Where callers with a credential ask about many people (address books, a partner's job; a help desk, also one by one, if it stands at the endpoint): how many people each may ask about before its usual day is known, and again each month. Default 0: learned, at most 2,000.",
      ),
  });

  const endpoint = z
    .strictObject({
      match: endpointPattern.describe("Method and path template: `GET /users/{cc}-{phone}/status`."),
      host: z
        .string()
        .min(1)
        .max(255)
        .transform((value) => value.toLowerCase())
        .optional()
        .describe("Only on this host, in imported traffic. Behind `protect` stands one service, so there it is not looked at. Default any."),
      subject: z
        .strictObject({
          in: z.enum(["path", "query", "header", "cookie", "form", "json"]).describe("Where the identifier stands."),
          name: z.string().min(1).max(200).describe("Its parameter: the template's name in a path (`cc-phone` for `{cc}-{phone}`), the key, or the JSON path (`user.phones[]`)."),
          type: z.enum(["phone", "email", "username", "integer", "uuid", "opaque"]).describe("What it is; decides how it is normalised."),
        })
        .optional()
        .describe("The person or thing a request asks about, where learning it would take too long."),
      oracle: z.literal("declared").optional().describe("`declared`: its answer depends on the identifier; put it under a budget from the first request."),
      kind: z
        .enum(["lookup", "sign-in", "sign-up", "device-completion", "code-verified", "code-send", "push-prompt", "password-reset", "other"])
        .optional()
        .describe(
          "What it is for, where traffic does not show it. A success on sign-in, sign-up, device-completion or code-verified anchors: it shows that earlier questions were honest. Sign-ins, codes checked (code-verified, device-completion) and codes sent are watched for guessing and pumping; lookup and other keep those detectors off.",
        ),
      budget: budget.optional().describe("This endpoint's own budget."),
      owner: z.string().min(1).max(200).optional().describe("Who answers for it: a team or a person."),
      tags: z.array(z.string().min(1).max(64)).max(32).optional().describe("Words to find it by."),
      retired: z.iso.date().optional().describe("The day it was taken out of service: answers from then on are told as such."),
      publicOnPurpose: z
        .strictObject({
          owner: z.string().min(1).max(200).describe("Who decided."),
          reason: z.string().min(1).max(1_000).describe("Why."),
          until: z.iso.date().describe("When to ask again: `2027-01-31`."),
        })
        .optional()
        .describe(
          "It answers without a credential and is meant to; that finding is accepted through the date, then open again. It does not accept that the answer tells who exists.",
        ),
      uniform: z
        .strictObject({
          status: z.number().int().min(200).max(599).describe("Status of the answer that tells nothing."),
          headers: z.record(z.string().min(1).max(100), z.string().max(1_000)).default({}).describe("Its headers."),
          body: z.string().max(16_384).default("").describe("Its body; `{{subject}}` repeats the identifier asked about."),
        })
        .optional()
        .describe("How to answer when the budget is spent. Default: learned from answers about unknown subjects."),
      held: z
        .strictObject({
          status: z.number().int().min(400).max(599).describe("Its status."),
          headers: z.record(z.string().min(1).max(100), z.string().max(1_000)).default({}).describe("Its headers."),
          body: z.string().max(16_384).default("").describe("Its body."),
        })
        .optional()
        .describe(
          "Where codes are sent or passwords taken: what is answered to who is held for abuse, such as a step your application knows how to ask for. Default: 429 with Retry-After.",
        ),
    })
    .superRefine((declared, context) => {
      if (declared.subject?.in !== "path") return;
      const names = pathNames(declared.match.template);
      if (!names.includes(declared.subject.name)) {
        context.addIssue({ code: "custom", path: ["subject", "name"], message: `expected a parameter of the path (${names.length === 0 ? "it has none" : names.join(", ")})` });
      }
    });

  const anchor = z.strictObject({
    endpoint: endpointPattern.describe("Method and path template."),
    kind: z.enum(["sign-in", "sign-up", "device-completion", "code-verified", "declared"]).default("declared").describe("What a success there shows. Default declared."),
    success: z
      .array(z.number().int().min(100).max(599))
      .min(1)
      .max(20)
      .default([200, 201, 204])
      .describe("Statuses that mean success there; others anchor nothing. Default 200, 201, 204."),
  });

  const counter = z.strictObject({
    count: z.string().optional().describe('CEL, boolean: exchanges for which it is true are counted; `"true"` counts all.'),
    distinct: z.string().optional().describe("CEL, a scalar: different values are counted; `subjects` counts identifiers."),
    sum: z.string().optional().describe("CEL, a number: added up."),
    ratio: z.string().optional().describe("CEL, boolean: its share, 0 to 1."),
    where: z.string().optional().describe("CEL, boolean: only these exchanges take part."),
    by: z.array(z.string()).max(8).optional().describe("CEL scalars, such as `address`: one counter for each."),
    over: z.string().describe("The window: `10m`, `24h`, `30d`."),
  });

  const trigger = z.strictObject({
    id: z.string().describe("Its name in signals: `trigger.<id>`."),
    title: z.string().min(1).max(200).describe("What a person reads in the alert."),
    level: level.default("medium").describe("How loud; `high` and `critical` open an incident at once. Default medium."),
    let: z.record(z.string(), counter).optional().describe("Counters by name, for use in `when`."),
    when: z.string().describe("CEL, boolean, over the facts of an exchange and the counters: `fan > 20 && !credential.present`. Every fact: docs/reference/triggers.md."),
    every: z.string().optional().describe("Judge at every multiple of this time, traffic or not, instead of at each exchange."),
    quiet: z.string().optional().describe("How long it is silent for a key after it fired. Default 1h."),
  });

  const alerts = z.strictObject({
    level: level.default("low").describe("Incidents below this level send no alert. Default low."),
    terminal: z.boolean().default(true).describe("Print alerts where Postern runs. Default true."),
    email: z
      .strictObject({
        smtp: secret.describe("`smtp://user:password@mail.example.com:587` or `smtps://…`; or `${SMTP_URL}` from the environment."),
        from: z.email().describe("Sender."),
        to: z.array(z.email()).min(1).max(50).describe("Receivers."),
      })
      .optional()
      .describe("Send alerts by e-mail."),
    webhook: z
      .array(
        z.strictObject({
          url: httpUrl.describe("Where to POST. Redirects are not followed."),
          secret: secret.describe("`whsec_…` (Standard Webhooks), or `${NAME}` from the environment."),
          previousSecret: secret.optional().describe("The secret before, while receivers change over: both sign."),
        }),
      )
      .max(20)
      .optional()
      .describe("Send alerts as signed webhooks (Standard Webhooks)."),
  });

  const listPath = z.string().min(1).max(4_096);
  const template = z.string().max(1_024);
  const templateRule = z
    .strictObject({
      pin: template.optional().describe("This template stays as written: `/users/{userId}/cards`. Its constants are no values; at `{…}` all but words of interfaces are."),
      merge: template.optional().describe("At the last `{…}` everything is a value, but what a pin or split names: `/wiki/{page}`."),
      split: template.optional().describe("Its constants are no values: `/users/me`; with `*` each word there is a constant of its own: `/*/list`."),
      host: z
        .string()
        .min(1)
        .max(255)
        .transform((value) => value.toLowerCase())
        .optional()
        .describe("Only on this host, in imported traffic. Default any."),
    })
    .transform((said, context): TemplateRule => {
      const kinds = templateRuleKinds.filter((kind) => said[kind] !== undefined);
      const [kind] = kinds;
      const written = kind === undefined ? undefined : said[kind];
      if (kind === undefined || written === undefined || kinds.length > 1) {
        context.addIssue({ code: "custom", message: "expected one of pin, merge and split" });
        return z.NEVER;
      }
      const rule: TemplateRule = { kind, template: written, ...(said.host === undefined ? {} : { host: said.host }) };
      const problem = ruleProblem(rule);
      if (problem === undefined) return rule;
      context.addIssue({ code: "custom", path: [kind], message: problem });
      return z.NEVER;
    });

  return z.strictObject({
    mode: mode.optional().describe("`observe` says what would be done, `enforce` does it. `--mode` wins."),
    listen: listenAddress.optional().describe("Where the gate listens: `8080` or `0.0.0.0:8080`. `--listen` wins."),
    console: listenAddress.optional().describe("Where console and API listen: `4800`. `--console` wins."),
    upstream: httpUrl.optional().describe("The service behind the gate: `http://127.0.0.1:3000`."),
    trustedHops: z
      .union([z.number().int().min(0).max(10), z.array(cidr).max(1_000)], { error: "expected a number of proxies (0 to 10) or a list of addresses and ranges" })
      .optional()
      .describe("Proxies in front whose X-Forwarded-For is believed: how many, or their addresses and ranges. Default none."),
    limits: z.array(limit).max(1_000).default([]).describe("Rate limits."),
    endpoints: z.array(endpoint).max(10_000).default([]).describe("What you know about endpoints; the rest is learned."),
    templates: z.array(templateRule).max(templateRulesMax).default([]).describe("What is a constant and what a parameter in paths, where it was learned otherwise; it wins."),
    inventory: z
      .strictObject({
        places: z
          .number()
          .int()
          .min(1_000)
          .max(5_000_000)
          .default(inventoryBounds.placesMax)
          .describe("Most places in the trees of paths, of all hosts together: what templates are learned in. About 0.9 KB each. Default 200000."),
        endpoints: z
          .number()
          .int()
          .min(100)
          .max(500_000)
          .default(inventoryBounds.endpointsMax)
          .describe("Most endpoints, of all hosts together; beyond it known ones go on counting and no new one enters. 12 to 20 KB each. Default 20000."),
        hosts: z.number().int().min(1).max(10_000).default(inventoryBounds.hostsMax).describe("Most hosts. Default 256."),
      })
      .prefault({})
      .describe("How much memory the inventory may take."),
    anchors: z.array(anchor).max(1_000).default([]).describe("Endpoints whose success shows a legitimate user."),
    alerts: alerts.prefault({}).describe("Who is told about incidents, and how."),
    messages: z
      .strictObject({
        currency: z.string().min(1).max(8).default("USD").describe("What the costs are in. Default USD."),
        costs: z
          .record(z.string().regex(/^(?:\+\d{1,15}|\*)$/, "expected a prefix such as +44, or *"), z.number().min(0).max(1_000))
          .default({})
          .describe("What one message costs, by the beginning of its number: `+44: 0.04`; `*` for all others. The longest that fits counts."),
      })
      .prefault({})
      .describe("Messages the service sends, for telling what pumping costs."),
    network: z
      .strictObject({
        asns: z
          .union([listPath, z.array(listPath).min(1).max(8)], { error: "expected a file, or a list of up to 8 files" })
          .transform((said) => (typeof said === "string" ? [said] : said))
          .optional()
          .describe(
            "Files beside the configuration that say which network (autonomous system) has which addresses: ip2asn-combined.tsv of iptoasn.com, pfx2as of CAIDA, GeoLite2 ASN as CSV; also as .gz. Incidents then say which networks an attack comes from. Read at the start and when the configuration changes.",
          ),
      })
      .prefault({})
      .describe("What is known of addresses. Nothing here says where anybody is."),
    canaries: z
      .strictObject({
        ...canaryFields,
        file: z
          .string()
          .min(1)
          .max(4_096)
          .optional()
          .describe("A YAML or JSON file with `registered`, `unregistered` and `hashed`, beside the configuration: it is added to what stands here."),
        dark: z
          .boolean()
          .default(true)
          .describe(
            "Watch ranges that nobody can be registered in as well: unassigned and fictional telephone numbers, mail domains of RFC 2606, numbers of cards and accounts with a wrong checksum. Default true.",
          ),
      })
      .prefault({})
      .describe("Identifiers that nobody honest knows. A question about one is evidence of an enumeration; they are kept as keyed hashes only."),
    expected: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(100).describe("Who that is, and why: `Acme, first big month`."),
          networks: z.array(cidr).min(1).max(expectedNetworksMax).describe("Where they come from: `[198.51.100.0/24]`. IPv6 is told apart by its first 64 bits."),
          peopleADay: z
            .number()
            .int()
            .min(1)
            .max(100_000_000)
            .describe("How many people they may ask about in a day (UTC), at all guarded endpoints together; beyond that they are judged as anybody."),
          until: z.iso.date().describe("The last day on which they are expected: `2027-01-31`."),
        }),
      )
      .max(expectedMax)
      .default([])
      .describe(
        "Callers who are known to ask about many people for a while: a partner's first big month, a load test. They are answered, told nobody of and held against nobody; what they were told is written down as ever. Whoever else can send from these networks can use up what is left.",
      ),
    triggers: z.array(trigger).max(256).default([]).describe("Your own rules over traffic. What they may ask about: docs/reference/triggers.md."),
    retention: z
      .strictObject({
        exchanges: duration.optional().describe("How long exchanges are kept, from when they were recorded here. Default 90d."),
        disclosures: duration.optional().describe("How long disclosures and signals are kept: it limits how far back a breach report reaches. Default 400d."),
        clearAddresses: duration.optional().describe("After this, addresses are cut to /24 or /64. Default 90d."),
      })
      .default({})
      .describe("How long what is kept. Obeyed at the start of `protect` and once an hour."),
    protect: budget.default({}).describe("The budget of every guarded endpoint that has none of its own."),
  });
}

/** The configuration, read and checked: durations in milliseconds, rates and addresses taken apart, defaults filled in. */
export type Config = z.output<ReturnType<typeof configSchema>>;

/** A declared endpoint, as in {@link Config.endpoints}. */
export type DeclaredEndpoint = Config["endpoints"][number];

/** `{cc}-{phone}` is `cc-phone`, as {@link SubjectRule} names it. */
function pathNames(template: string): string[] {
  return template
    .split("/")
    .map((segment) => [...segment.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? "").join("-"))
    .filter((name) => name !== "");
}
