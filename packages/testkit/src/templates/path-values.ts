import type { Random } from "../random.ts";

/**
 * Fills the parameters of a path template with values as real services have them: numbers only where the parameter is a number, hexadecimal
 * hashes, closed lists (licences, package types), and for names of people, organisations, repositories, teams and branches invented names, common
 * words and words joined by hyphens, some of which are also constants of the interface (`issues`, `actions`).
 */
export type PathValues = (parameter: string) => string;

/**
 * How varied the values are. `open`: nearly every value is new. `pool`: people come back to the same few dozen owners, branches and teams, the
 * popular ones far more often, as real traffic does.
 */
export type ValueStyle = "open" | "pool";

/** Values for parameters by name, deterministic in `source`. */
export function pathValues(source: Random, style: ValueStyle): PathValues {
  const pools = new Map<string, string[]>();
  const fresh = (kind: string): string => (makers[kind] ?? makers["name"] ?? invented)(source);
  return (parameter) => {
    const kind = kindOf(parameter);
    if (style === "open" || !pooled.has(kind)) return fresh(kind);
    let pool = pools.get(kind);
    if (pool === undefined) {
      const seeded = source.fork(`pool ${kind}`);
      pool = Array.from({ length: 60 }, () => (makers[kind] ?? invented)(seeded));
      pools.set(kind, pool);
    }
    // Squared: the first tenth of the pool gets a third of the traffic.
    return pool[Math.floor(source.float() ** 2 * pool.length)] ?? "main";
  };
}

/** `/repos/{owner}/{repo}` with every parameter filled; compound segments too. */
export function fillTemplate(template: string, values: PathValues): string {
  return template.replaceAll(/\{([^{}/]{1,80})\}/g, (_, parameter: string) => encodeURIComponent(values(parameter)));
}

const pooled: ReadonlySet<string> = new Set(["name", "branch", "number"]);

/** The kind of value a parameter of this name takes. */
function kindOf(parameter: string): string {
  const name = parameter.toLowerCase();
  if (closed[name] !== undefined) return name;
  if (name === "gist_id" || name === "client_id" || name === "code") return "hex20";
  if (/(^|_)(sha|fingerprint)$/.test(name)) return "sha";
  if (/^(scim_|sarif_)|uuid/.test(name)) return "uuid";
  if (/(^|_)sid$/.test(name)) return "sid";
  if (/(^|_)(id|number)$|id$/i.test(parameter)) return "number";
  if (/(^|_)(branch|ref)$/.test(name)) return "branch";
  if (name === "basehead") return "basehead";
  if (/(^|_)(path|dir|file)$/.test(name)) return "file";
  if (/^(tag|version)$/.test(name)) return "tag";
  if (name.includes("secret")) return "upper";
  if (name.includes("codespace")) return "codespace";
  if (/email/.test(name)) return "email";
  if (/phone/.test(name)) return "phone";
  if (/date|time/.test(name)) return "date";
  return "name";
}

const closed: Readonly<Record<string, readonly string[]>> = {
  license: ["mit", "apache-2.0", "gpl-3.0", "gpl-2.0", "bsd-2-clause", "bsd-3-clause", "mpl-2.0", "lgpl-2.1", "agpl-3.0", "unlicense", "cc0-1.0", "epl-2.0", "bsl-1.0"],
  key: ["contributor_covenant", "citizen_code_of_conduct", "no_code_of_conduct", "django", "other"],
  package_type: ["npm", "maven", "rubygems", "docker", "nuget", "container"],
  archive_format: ["tarball", "zipball"],
};

const makers: Readonly<Record<string, (source: Random) => string>> = {
  ...Object.fromEntries(Object.entries(closed).map(([name, values]) => [name, (source: Random): string => source.pick(values)])),
  number: (source) => String(1 + Math.floor(10 ** (source.float() * 8))),
  hex20: (source) => hex(source, 20),
  sha: (source) => hex(source, 40),
  uuid: (source) => `${hex(source, 8)}-${hex(source, 4)}-4${hex(source, 3)}-a${hex(source, 3)}-${hex(source, 12)}`,
  sid: (source) => `${source.pick(["AC", "SM", "PN", "CA"])}${hex(source, 32)}`,
  branch: (source) => (source.chance(0.4) ? source.pick(["main", "master", "develop", "gh-pages"]) : source.chance(0.5) ? joined(source) : `v${1 + source.int(9)}.x`),
  basehead: (source) => `${source.pick(["main", "master"])}...${joined(source)}`,
  file: (source) =>
    source.chance(0.3) ? source.pick(["README.md", "package.json", "src", "docs", "LICENSE"]) : `${source.pick(words)}.${source.pick(["md", "ts", "py", "go", "yml", "txt"])}`,
  tag: (source) => `v${source.int(20)}.${source.int(30)}.${source.int(9)}`,
  upper: (source) => `${source.pick(words)}_${source.pick(["TOKEN", "KEY", "SECRET", "PASSWORD", "URL"])}`.toUpperCase().replaceAll("-", "_"),
  codespace: (source) => `${source.pick(words)}-${source.pick(words)}-${hex(source, 8)}`,
  email: (source) => `${invented(source)}.${source.pick(words)}@example.org`,
  phone: (source) => `+99955501${String(source.int(10_000)).padStart(4, "0")}`,
  date: (source) => `20${10 + source.int(16)}-0${1 + source.int(9)}-1${source.int(10)}`,
  name: (source) => {
    const dice = source.float();
    if (dice < 0.35) return invented(source);
    if (dice < 0.6) return source.pick(words);
    if (dice < 0.95) return joined(source);
    return `${invented(source)}${source.int(100)}`;
  },
};

function invented(source: Random): string {
  let name = "";
  for (let n = 2 + source.int(2); n > 0; n--) name += source.pick(onsets) + source.pick(vowels);
  return name + source.pick(ends);
}

function joined(source: Random): string {
  return `${source.chance(0.5) ? source.pick(words) : invented(source)}-${source.pick(words)}`;
}

function hex(source: Random, length: number): string {
  let text = "";
  while (text.length < length) text += source.uint32().toString(16).padStart(8, "0");
  return text.slice(0, length);
}

const onsets = "b d f g h j k l m n p r s t v z br ch cl dr fl gr kr pl sh st th tr".split(" ");
const vowels = "a e i o u ai ea io oo".split(" ");
const ends = ["", "", "n", "r", "s", "x", "l", "th"];

const words = (
  "acme alpha anchor apple arrow atlas aurora badge bamboo banner beacon birch bison bolt breeze bridge bronze cactus canyon carbon castle cedar chart cipher cloud cobalt comet compass copper coral " +
  "cosmos cotton crane crystal cypress dawn delta desert diamond dolphin dragon echo eclipse ember engine falcon feather fern field flame forest fossil fox frost galaxy garden glacier granite harbor hawk " +
  "hazel horizon ice iris island ivory jade jasmine jungle kernel lagoon lantern laser lemon lily lotus lunar maple marble meadow mercury meteor mint mirror mist moon mosaic nebula neon nova oak oasis ocean " +
  "olive onyx opal orbit orchid otter panda paper pebble pepper phoenix pine pixel planet plasma platform plaza polar poplar prairie prism pulse quartz rabbit radar rain raven reef river robin rocket rose ruby " +
  "saffron sage sail sand scarlet sequoia shadow silver sky slate smoke snow solar sparrow spark spring spruce star stone storm summit sun surf swan swift temple thunder tiger timber topaz torch tower tulip " +
  "tundra turbo valley vapor velvet violet vista volcano walnut wave willow wind winter wolf zenith zephyr web api core tools data test tests docs demo docs-site app apps server client backend frontend infra " +
  "utils common shared mobile design data-science handbook website blog config deploy build release releases issues actions events team teams project projects users repos code search topics packages keys"
).split(" ");
