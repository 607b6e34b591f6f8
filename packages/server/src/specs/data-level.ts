import type { DataClass, Level } from "@postern/engine";
import type { ApiSchema } from "./api-model.ts";
import { levels } from "./difference.ts";

/**
 * How bad it is that traffic shows this kind of data where the document does not. High: what opens an account, moves money or cannot be taken back once it is
 * known. Medium: what tells who somebody is or how to reach him. Low: what need not be about anybody. With nothing recognised: info, so that the caller's own level holds.
 */
export function dataLevel(classes: Iterable<string>): Level {
  let worst: Level = "info";
  for (const one of classes) worst = worse(worst, Object.hasOwn(levelOf, one) ? levelOf[one as DataClass] : "medium");
  return worst;
}

/** The worse of two levels. */
export function worse(a: Level, b: Level): Level {
  return levels.indexOf(a) >= levels.indexOf(b) ? a : b;
}

/** Every class in a schema, nested places too, worst first, each once; at most {@link classesShownMax}. */
export function classesWithin(schema: ApiSchema | undefined): readonly string[] {
  const found = new Set<string>();
  const walk = (one: ApiSchema): void => {
    if (one.dataClass !== undefined) found.add(one.dataClass);
    if (one.items !== undefined) walk(one.items);
    if (one.extra !== undefined) walk(one.extra);
    for (const { schema: below } of one.properties.values()) walk(below);
  };
  if (schema !== undefined) walk(schema);
  const rank = (one: string): number => levels.indexOf(dataLevel([one]));
  return [...found].sort((a, b) => rank(b) - rank(a) || (a < b ? -1 : 1)).slice(0, classesShownMax);
}

const levelOf: Readonly<Record<DataClass, Level>> = {
  card: "high",
  "government-id": "high",
  health: "high",
  iban: "high",
  jwt: "high",
  passport: "high",
  secret: "high",
  address: "medium",
  "birth-date": "medium",
  email: "medium",
  name: "medium",
  phone: "medium",
  "free-text": "low",
  geo: "low",
  ip: "low",
  mac: "low",
};

/** There are few classes more; a line of a table holds these. */
const classesShownMax = 6;
