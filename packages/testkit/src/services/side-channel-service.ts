import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** What tells, in a service whose single answers are all alike. `none`: nothing does. */
export type SideChannel = "lock" | "limit" | "ticket" | "sign-up" | "none";

/**
 * A small service with accounts, whose sign-in, reset and sign-up answer alike whoever is asked about, but for one thing that a later request or one more try brings to light:
 * `lock` shuts an account that exists after five wrong passwords (423); `limit` lets a reset be asked for three times an hour for accounts that exist (429); `ticket` hands everybody a ticket
 * and shows "sent" for accounts that exist alone; `sign-up` says that an address is taken. `none` locks, limits, shows and answers the same for everybody.
 */
export class SideChannelService {
  readonly #channel: SideChannel;
  readonly #accounts: Set<string>;
  readonly #tries = new Map<string, number>();
  readonly #resets = new Map<string, number>();
  readonly #tickets = new Map<string, string>();
  readonly #sessions = new Map<string, string>();
  readonly #server: Server;

  constructor(channel: SideChannel, accounts: readonly string[]) {
    this.#channel = channel;
    this.#accounts = new Set(accounts);
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Resolves to its address once it listens on a free port of this machine. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) if (chunk instanceof Buffer) chunks.push(chunk);
    const { email = "", password = "" } = bodyOf(Buffer.concat(chunks).toString("utf8"));
    const say = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    };
    const url = request.url ?? "";
    const known = this.#accounts.has(email);
    const tells = (channel: SideChannel): boolean => (this.#channel === channel ? known : true);
    if (url === "/login") {
      const tries = this.#tries.get(email) ?? 0;
      if (tries >= 5 && tells("lock")) return say(423, { error: "too many tries" });
      if (known && password === "right") {
        const token = `tok_${Buffer.from(`${email} ${this.#sessions.size}`).toString("base64url")}`;
        this.#sessions.set(token, email);
        this.#tries.delete(email);
        return say(200, { token });
      }
      this.#tries.set(email, tries + 1);
      return say(401, { error: "wrong address or password" });
    }
    if (url === "/me") {
      const email = this.#sessions.get((request.headers.authorization ?? "").replace("Bearer ", ""));
      return email === undefined ? say(401, { error: "sign in" }) : say(200, { plan: "free" });
    }
    if (url === "/reset") {
      const resets = this.#resets.get(email) ?? 0;
      this.#resets.set(email, resets + 1);
      if (resets >= 3 && tells("limit")) return say(429, { error: "later" }, { "retry-after": "3600" });
      const ticket = `tk-${Buffer.from(`${email}${this.#tickets.size}`).toString("hex").slice(-24)}`;
      this.#tickets.set(ticket, email);
      return say(202, { ticket });
    }
    if (url.startsWith("/reset/")) {
      const about = this.#tickets.get(url.slice("/reset/".length));
      const sent = about !== undefined && (this.#channel !== "ticket" || this.#accounts.has(about));
      return sent ? say(200, { state: "sent" }) : say(404, { error: "no such ticket" });
    }
    if (url === "/signup") {
      if (known && this.#channel === "sign-up") return say(409, { error: "taken" });
      this.#accounts.add(email);
      return say(201, { welcome: true });
    }
    return say(404, { error: "no such place" });
  }
}

function bodyOf(text: string): { readonly email?: string; readonly password?: string } {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? body : {};
  } catch {
    return {};
  }
}
