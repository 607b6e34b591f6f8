/**
 * Every error a person can meet, by stable code. Match on `code`, never on `message`. `docs/reference/errors.md` is
 * generated from this table; a test holds them equal.
 */
export const errorCatalogue = {
  CONFIG_INVALID: "The configuration file does not say what its schema allows. Remedy: mend the line named, then run `postern config check`.",
  CONFIG_UNREADABLE: "The configuration file cannot be read. Remedy: check the path and its permissions.",
  KEY_UNREADABLE: "The key file is missing, too open or malformed. Remedy: restore it from where you keep it (mode 0600); without it stored hashes cannot be matched.",
  DATA_DIR_LOCKED: "Another Postern uses this data directory. Remedy: stop that one or name another with --data.",
  DATA_DIR_UNUSABLE: "The data directory cannot be written. Remedy: check the path, its permissions and free space.",
  PORT_IN_USE: "The port is taken. Remedy: stop what listens there or choose another with --listen or --console.",
  UPSTREAM_INVALID: "The service's address is not an http or https URL. Remedy: give one such as http://127.0.0.1:3000.",
  SOURCE_UNREADABLE: "The file cannot be read. Remedy: check the path; `-` reads standard input.",
  SOURCE_UNKNOWN_FORMAT: "No reader recognises this file. Remedy: name the format with --format.",
  SPEC_INVALID: "The description of the interface cannot be read. Remedy: mend the place named; OpenAPI 2.0 to 3.2 (JSON or YAML), Postman collections 2.1 and HAR are read.",
  STORE_UNAVAILABLE: "The store process does not answer. Remedy: see its log; nothing acknowledged is lost, it is loaded when the store is back.",
  STORE_QUERY_FAILED: "The store refused a query. Remedy: see the cause; if it persists, report it with the version and the command, without personal data.",
  TRIGGER_INVALID: "A trigger does not compile. Remedy: mend the expression at the position named.",
  NOT_FOUND: "There is no such thing under this id. Remedy: list what there is, without the id.",
  UNAUTHORIZED: "A token or session is required. Remedy: open the login link, or send `Authorization: Bearer <token>`.",
  USAGE: "The command was not understood. Remedy: see --help.",
  INTERNAL: "A bug in Postern. Remedy: report it with the reference and the steps; please no personal data.",
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

/** An error with a stable code, the thing it is about, and what to do next. */
export class PosternError extends Error {
  readonly code: ErrorCode;
  /** What to do next: more exact than the catalogue's where the thrower knows more. */
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; remedy?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "PosternError";
    this.code = code;
    this.remedy = options.remedy ?? errorCatalogue[code].split("Remedy: ")[1] ?? "";
  }
}
