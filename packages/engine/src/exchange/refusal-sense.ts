import { rememberText } from "./remember-text.ts";

/** What words of a refusal say of whom they are about: nobody is there, or somebody is and what was sent along is not his, or somebody is and so nobody else can be. */
export type RefusalSense = "missing" | "wrong" | "taken";

/**
 * Reads a code or a short sentence of an answer: `MEMBER_NOT_FOUND`, `unknownUser`, "We do not know this number." are `missing`; `DOB_MISMATCH`, "Wrong PIN",
 * `account_locked` are `wrong`; "has already been taken", `M_USER_IN_USE` are `taken`. Undefined where it says neither, both, or speaks of the request itself (an unknown field, a method not found). At most 64 characters are
 * read; English, German, French, Spanish, Portuguese, Italian and Dutch.
 *
 * Misses: other languages and other words. A prior only, which labels overrule.
 */
export const refusalSense = rememberText((text): RefusalSense | undefined => {
  const words = text
    .slice(0, charactersMax)
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replaceAll(/[\s_.:/-]+/g, " ");
  if (aboutRequest.test(words)) return undefined;
  const absent = missing.test(words);
  const other = wrong.test(words);
  if (absent && other) return undefined;
  return absent ? "missing" : other ? "wrong" : taken.test(words) ? "taken" : undefined;
}, 1_024);

const charactersMax = 64;
const aboutRequest =
  /\b(?:field|param(?:eter)?|property|column|route|path|endpoint|resource type|operation|method|header|version|format|content type|action|scope|grant|client|token|key)s?\b/;
const missing =
  /\b(?:not found|not (?:known|registered|exist(?:s|ing)?|recogni[sz]ed)|unknown|unregistered|no such|no ?(?:user|account|member|customer|contact|person|patient|record|match|profile)s?|(?:do|does|could|can)(?:n['’]?t| not) (?:know|exist|have|find)|doesnt exist|nicht (?:gefunden|bekannt|registriert)|existiert nicht|unbekannt\w{0,2}|kennen \w{1,12} nicht|introuvable|inconnue?|n['’]existe pas|no (?:existe|encontrad[oa])|desconocid[oa]|n[aã]o (?:existe|encontrad[oa])|non (?:trovat[oa]|esiste)|onbekend|niet gevonden)\b/;
const wrong =
  /\b(?:mismatch(?:ed|es)?|wrong|incorrect|(?:do|does|did)(?:n['’]?t| not) match|(?:invalid|bad) ?(?:pass(?:word|code)?|pin|credentials?|birth ?(?:day|date)?|date of birth|dob|code|otp)|(?:account|user|member) (?:is )?(?:locked|suspended|blocked|disabled)|falsch\w{0,2}|stimm(?:t|en) nicht|incorrecte?|incorrect[oa]|errat[oa]|sbagliat[oa]|onjuist)\b/;
const taken =
  /\b(?:already (?:been )?(?:taken|registered|exists?|existing|in use|subscribed|enrolled|signed up|an?)|already (?:user|account|member|customer|contact|subscriber)|(?:user|account|member|customer|contact|subscriber) already|(?:user|username|account|member|customer|contact|subscriber|profile|e ?mail|address|phone|number|name)s? (?:exists|taken)|(?:is|been) taken|in use|(?:bereits|schon) (?:vergeben|registriert|vorhanden|angemeldet|ein|in verwendung)|existiert (?:bereits|schon)|d[eé]j[aà] (?:utilis|pris|inscrit|enregistr|exist)\w{0,4}|existe d[eé]j[aà]|ya (?:existe|est[aá]|registrad[oa])|j[aá] (?:existe|cadastrad[oa]|registad[oa])|gi[aà] (?:registrat[oa]|esiste|in uso)|al (?:in gebruik|geregistreerd|bezet))(?!\w)/;
