import { crowdsec } from "./crowdsec.ts";
import { expressRateLimit } from "./express-rate-limit.ts";
import { fail2ban } from "./fail2ban.ts";
import { modsecurity } from "./modsecurity.ts";
import { nginxLimitReq } from "./nginx-limit-req.ts";
import { rateLimiterFlexible } from "./rate-limiter-flexible.ts";
import type { Rival } from "./rival.ts";

/** Who stands beside Postern in the league table, in its order. */
export const rivals: readonly Rival[] = [expressRateLimit, rateLimiterFlexible, nginxLimitReq, modsecurity, crowdsec, fail2ban];
