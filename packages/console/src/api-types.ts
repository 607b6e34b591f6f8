// Made from the API's schemas by packages/server/src/api/console-types.test.ts, which fails when this file is behind.
// To renew it: npx vitest run --project unit packages/server/src/api/console-types.test.ts -u

export type Overview = {
  readonly at: string;
  readonly clockFactor: number;
  readonly mode: "observe" | "enforce";
  readonly commands: {
    readonly program: string;
    readonly data: string | null;
  };
  readonly upstream: string | null;
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly endpoints: number;
  readonly openFindings: number;
  readonly openIncidents: number;
  readonly disclosed: {
    readonly confirmed: number;
    readonly denied: number;
    readonly uniform: number;
    readonly unknown?: number;
    readonly estimated: boolean;
  };
  readonly series: {
    readonly fromAt: string;
    readonly stepMs: number;
    readonly requests: readonly number[];
    readonly truthful: readonly number[];
    readonly uniform: readonly number[];
  };
  readonly blindSpots: readonly string[];
};

export type Endpoint = {
  readonly id: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly operation: {
    readonly protocol: "graphql" | "json-rpc" | "grpc" | "websocket";
    readonly kind: "query" | "mutation" | "subscription" | "persisted" | "call" | "connection";
    readonly name: string;
  } | null;
  readonly calls: {
    readonly protocol: "graphql" | "json-rpc";
    readonly operations: number;
    readonly others: number;
  } | null;
  readonly auth: {
    readonly verdict: "enforced" | "not enforced" | "optional" | "unproven";
    readonly kinds: readonly string[];
    readonly evidence: Readonly<Record<string, number>>;
    readonly samples: Readonly<Record<string, readonly string[]>>;
    readonly jwt: {
      readonly issuers: readonly string[];
      readonly algorithms: readonly string[];
      readonly lifetimeSeconds: {
        readonly min: number;
        readonly max: number;
      } | null;
    } | null;
  };
  readonly oracle: {
    readonly verdict: "suspected" | "proven";
    readonly bits: number;
    readonly eValue: number;
    readonly labels: number;
  } | null;
  readonly timing: {
    readonly verdict: "suspected" | "proven";
    readonly differenceMs: number;
    readonly lowMs: number;
    readonly highMs: number;
    readonly requests: number;
    readonly labels: number;
  } | null;
  readonly ownAnswers: {
    readonly uniform: number;
    readonly denied: number;
    readonly tells: {
      readonly bits: number;
      readonly lowBits: number;
      readonly highBits: number;
      readonly broken: boolean;
    } | null;
    readonly differs: {
      readonly bits: number;
      readonly lowBits: number;
      readonly highBits: number;
      readonly broken: boolean;
    } | null;
    readonly bitsByTime: number | null;
  } | null;
  readonly dataClasses: readonly string[];
  readonly dataFields: readonly ({
    readonly field: string;
    readonly class: string;
    readonly scheme: string | null;
    readonly samples: number;
    readonly share: number;
  })[];
  readonly positions: readonly {
    readonly name: string;
    readonly values: number;
    readonly samples: number;
    readonly shapes: Readonly<Record<string, number>>;
  }[];
  readonly lifecycle: "new" | "active" | "idle" | "retired";
  readonly owner: string | null;
  readonly tags: readonly string[];
  readonly publicOnPurpose: {
    readonly by: string;
    readonly reason: string;
    readonly until: string;
  } | null;
  readonly knownBy: readonly string[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly requests: number;
  readonly errors: number;
  readonly clientErrors: number;
  readonly latencyMs: {
    readonly p50: number | null;
    readonly p95: number | null;
  };
  readonly statuses: Readonly<Record<string, number>>;
  readonly subjects: readonly {
    readonly in: string;
    readonly name: string;
    readonly type: string;
  }[];
  readonly concern: number;
  readonly purpose: {
    readonly kind: "account-lookup" | "sign-in" | "sign-up" | "code-send" | "code-check" | "push-prompt" | "password-reset" | "device-registration" | "other" | "unproven";
    readonly basis: "declared" | "traffic" | "none";
    readonly because: string;
    readonly overridden: {
      readonly kind: "account-lookup" | "sign-in" | "sign-up" | "code-send" | "code-check" | "push-prompt" | "password-reset" | "device-registration" | "other" | "unproven";
      readonly because: string;
    } | null;
  };
  readonly guard: {
    readonly state: "watched" | "budgeted";
    readonly truthful: number;
    readonly uniform: number;
    readonly ceiling: number;
  } | null;
  readonly floor: {
    readonly verdict: "measured" | "unproven";
    readonly measuredAt: string;
    readonly questionsADay: number | null;
    readonly unnoticedADay: number | null;
    readonly yearsFor33Million: number | null;
    readonly injections: {
      readonly found: number;
      readonly of: number;
      readonly withinDays: number;
    } | null;
    readonly daysToDetection: {
      readonly median: number;
      readonly p95: number;
    } | null;
    readonly learnedBefore: {
      readonly median: number;
      readonly p95: number;
    } | null;
    readonly ceilingADay: number | null;
    readonly because: string | null;
    readonly basis: {
      readonly days: number;
      readonly newcomersADay: number;
      readonly unanchoredShare: number;
    };
    readonly text: string;
  } | null;
};

export type EndpointShape = {
  readonly parameters: readonly ({
    readonly in: "path" | "query" | "header" | "cookie";
    readonly name: string;
    readonly types: readonly string[];
    readonly format: string | null;
    readonly always: boolean;
    readonly share: {
      readonly seen: number;
      readonly of: number;
    } | null;
    readonly values: "constant" | "few" | "many" | null;
    readonly class: string | null;
    readonly scheme: string | null;
    readonly fits: number | null;
  })[];
  readonly request: {
    readonly types: readonly string[];
    readonly fields: readonly ({
      readonly name: string;
      readonly types: readonly string[];
      readonly format: string | null;
      readonly always: boolean;
      readonly share: {
        readonly seen: number;
        readonly of: number;
      } | null;
      readonly values: "constant" | "few" | "many" | null;
      readonly class: string | null;
      readonly scheme: string | null;
      readonly fits: number | null;
    })[];
    readonly more: number;
  } | null;
  readonly responses: readonly ({
    readonly status: string;
    readonly answers: number;
    readonly types: readonly string[];
    readonly fields: readonly ({
      readonly name: string;
      readonly types: readonly string[];
      readonly format: string | null;
      readonly always: boolean;
      readonly share: {
        readonly seen: number;
        readonly of: number;
      } | null;
      readonly values: "constant" | "few" | "many" | null;
      readonly class: string | null;
      readonly scheme: string | null;
      readonly fits: number | null;
    })[];
    readonly more: number;
  })[];
};

export type Spec = {
  readonly id: string;
  readonly name: string;
  readonly kind: "spec" | "route table" | "source";
  readonly version: string;
  readonly format: string;
  readonly addedAt: string;
  readonly operations: number;
};

export type AddedSpec = {
  readonly id: string;
  readonly name: string;
  readonly kind: "spec" | "route table" | "source";
  readonly version: string;
  readonly format: string;
  readonly addedAt: string;
  readonly operations: number;
  readonly problems: readonly {
    readonly where: string;
    readonly what: string;
  }[];
};

export type RemovedSpec = {
  readonly id: string;
  readonly name: string;
  readonly kind: "spec" | "route table" | "source";
  readonly version: string;
  readonly format: string;
  readonly addedAt: string;
  readonly operations: number;
  readonly removedAt: string;
};

export type SpecDiff = {
  readonly spec: {
    readonly id: string;
    readonly name: string;
    readonly kind: "spec" | "route table" | "source";
    readonly version: string;
    readonly format: string;
    readonly addedAt: string;
    readonly operations: number;
  };
  readonly comparable: boolean;
  readonly documented: number;
  readonly seen: number;
  readonly same: number;
  readonly withoutBase: string;
  readonly counts: {
    readonly shadow: number;
    readonly zombie: number;
    readonly drift: number;
    readonly unused: number;
  };
  readonly items: readonly ({
    readonly kind: "shadow" | "zombie" | "drift" | "unused";
    readonly what: string;
    readonly level: "info" | "low" | "medium" | "high" | "critical";
    readonly method: string;
    readonly path: string;
    readonly host: string;
    readonly where: string;
    readonly documented: string;
    readonly found: string;
    readonly evidence: {
      readonly seen: number;
      readonly of: number;
    } | null;
    readonly endpoint: string | null;
  })[];
  readonly undecided: readonly {
    readonly method: string;
    readonly path: string;
    readonly within: readonly string[];
  }[];
  readonly otherHosts: readonly string[];
};

export type EndpointTemplate = {
  readonly id: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly requests: number;
  readonly segments: readonly ({
    readonly segment: string;
    readonly is: "constant" | "parameter";
    readonly by: "rule" | "shape" | "person" | "siblings" | "word" | "stands-apart" | "undecided";
    readonly because: string;
    readonly evidence: Readonly<Record<string, string | number | boolean>>;
  })[];
  readonly formerly: readonly string[];
};

export type TemplateRule = {
  readonly kind: "pin" | "merge" | "split";
  readonly template: string;
  readonly host: string | null;
  readonly from: "person" | "configuration";
  readonly by: string | null;
  readonly at: string | null;
};

export type TemplateChange = {
  readonly kind: "pin" | "merge" | "split" | "none";
  readonly template: string;
  readonly host: string | null;
  readonly ended: readonly {
    readonly id: string;
    readonly method: string;
    readonly host: string;
    readonly path: string;
    readonly requests: number;
  }[];
  readonly made: readonly {
    readonly id: string;
    readonly method: string;
    readonly host: string;
    readonly path: string;
    readonly requests: number;
  }[];
  readonly endedCount: number;
  readonly madeCount: number;
  readonly notRecomputed: boolean;
};

export type NumberChange = {
  readonly person: string;
  readonly at: string;
  readonly known: boolean;
};

export type Change = {
  readonly at: string;
  readonly kind: "appeared" | "fell-idle" | "answers-though-retired" | "described" | "document-added" | "document-replaced" | "document-removed" | "document-restored";
  readonly endpoint: {
    readonly id: string;
    readonly method: string;
    readonly host: string;
    readonly path: string;
  } | null;
  readonly document: {
    readonly id: string;
    readonly name: string;
  } | null;
  readonly by: string | null;
};

export type Finding = {
  readonly id: string;
  readonly check: string;
  readonly severity: "info" | "low" | "medium" | "high" | "critical";
  readonly status: "open" | "fixed" | "accepted";
  readonly verdict: "suspected" | "proven";
  readonly because: string;
  readonly accepted: {
    readonly by: string;
    readonly reason: string;
    readonly until: string;
  } | null;
  readonly endpoint: {
    readonly id: string;
    readonly method: string;
    readonly host: string;
    readonly path: string;
    readonly operation?: string;
  };
  readonly title: string;
  readonly evidence: Readonly<Record<string, string | number | boolean | readonly string[]>>;
  readonly examples: readonly string[];
  readonly owasp: string;
  readonly cwe: string;
  readonly fix: string;
  readonly firstAt: string;
  readonly lastAt: string;
};

export type Incident = {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly level: "info" | "low" | "medium" | "high" | "critical";
  readonly status: "open" | "acknowledged" | "closed";
  readonly openedAt: string;
  readonly lastAt: string;
  readonly endpoints: readonly {
    readonly id: string;
    readonly method: string;
    readonly host: string;
    readonly path: string;
  }[];
  readonly sources: readonly {
    readonly address: string;
    readonly asked: number;
    readonly firstAt: string;
    readonly lastAt: string;
  }[];
  readonly sourceCount: number;
  readonly disclosed: {
    readonly confirmed: number;
    readonly denied: number;
    readonly uniform: number;
    readonly unknown?: number;
    readonly estimated: boolean;
  };
  readonly signals: readonly ({
    readonly id: string;
    readonly detector: string;
    readonly level: "info" | "low" | "medium" | "high" | "critical";
    readonly at: string;
    readonly evidence: Readonly<Record<string, string | number | boolean>>;
  })[];
  readonly signalCount: number;
  readonly clients: {
    readonly verdict: "named" | "partly" | "alike";
    readonly sentence: string;
    readonly rule: string | null;
    readonly sources: number;
    readonly caught: number;
    readonly people: number;
    readonly peopleHit: number;
    readonly networks: readonly {
      readonly asn: string;
      readonly name: string;
      readonly sources: number;
    }[];
  } | null;
  readonly next: readonly string[];
};

export type Signal = {
  readonly id: string;
  readonly detector: string;
  readonly level: "info" | "low" | "medium" | "high" | "critical";
  readonly confidence: number;
  readonly at: string;
  readonly endpoint: string | null;
  readonly actor: {
    readonly address: string;
  } | null;
  readonly evidence: Readonly<Record<string, string | number | boolean>>;
};

export type Actor = {
  readonly address: string;
  readonly requests: number;
  readonly subjects: number;
  readonly confirmed: number;
  readonly firstAt: string;
  readonly lastAt: string;
};

export type DisclosureTotals = {
  readonly endpoint: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly confirmed: number;
  readonly denied: number;
  readonly uniform: number;
  readonly unknown: number;
  readonly from: string | null;
  readonly to: string | null;
};

export type Disclosure = {
  readonly id: string;
  readonly exchangeId: string;
  readonly at: string;
  readonly endpoint: string;
  readonly subjectType: string;
  readonly subject: string;
  readonly answer: "truthful" | "uniform" | "none";
  readonly meaning: "confirmed" | "denied" | "returned" | "nothing" | "unknown";
  readonly responseClass: string;
  readonly address: string;
};

export type Exchange = {
  readonly id: string;
  readonly at: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly endpoint: string;
  readonly status: number;
  readonly answered: number;
  readonly address: string;
  readonly credentialKind: string;
  readonly durationMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly action: string;
};

export type Decision = {
  readonly id: string;
  readonly at: string;
  readonly action: string;
  readonly would: string;
  readonly reason: string;
  readonly ref: string;
};

export type Policy = Readonly<Record<string, unknown>>;

export type Health = {
  readonly status: "ok" | "degraded";
  readonly version: string;
};

export type Parts = {
  readonly status: "ok" | "degraded";
  readonly version: string;
  readonly parts: {
    readonly gate: {
      readonly state: "up" | "down" | "absent";
      readonly detail: string;
    };
    readonly hub: {
      readonly state: "up" | "down" | "absent";
      readonly detail: string;
    };
    readonly store: {
      readonly state: "up" | "down" | "absent";
      readonly detail: string;
    };
  };
};

export type OpenApi = Readonly<Record<string, unknown>>;

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly remedy: string;
  readonly errors?: readonly {
    readonly pointer: string;
    readonly detail: string;
  }[];
};
