import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@clickhouse/client";
import { PosternError } from "@postern/engine";
import { Session } from "chdb";
import { createChdbConnection } from "chdb/connection";
import type { Sql } from "./sql.ts";

/**
 * ClickHouse inside this process, over one directory. Connections run one statement at a time each, so there are four:
 * a writer, two readers and a control connection that a long question never blocks.
 *
 * Rules that hold here because the engine does not enforce them: statements come as {@link Sql} only, one each; settings
 * stand in the statement (given beside it they would stay on the connection for ever); 64-bit numbers above 2^53 are selected
 * as text. Never load this in a worker thread: the engine crashes the process when a thread ends.
 */
export interface EmbeddedEngine {
  /** Runs one statement on the writer; statements queue in order. */
  write(statement: Sql): Promise<void>;
  /** Rows of a question, on whichever reader is free first. The result is held in memory: every question has a LIMIT. */
  read(question: Sql): Promise<unknown[]>;
  /** Like `read`, on the connection kept for health checks. */
  control(question: Sql): Promise<unknown[]>;
  close(): Promise<void>;
}

/** The engine refuses statements beyond this rather than take the machine's memory. */
export const engineMemoryBytesMax = 1_500_000_000;

/** Opens or creates the store in `dir` (mode 0700). Throws DATA_DIR_LOCKED when another process has it, DATA_DIR_UNUSABLE when it cannot be made. */
export function openEmbeddedEngine(dir: string): EmbeddedEngine {
  const settings = join(dir, "engine.xml");
  const path = join(dir, "clickhouse");
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    writeFileSync(settings, serverSettings, { mode: 0o600 });
  } catch (cause) {
    throw new PosternError("DATA_DIR_UNUSABLE", `The store's directory ${dir} cannot be written`, { cause });
  }
  let session: Session;
  try {
    // The first session carries the server settings; later connections to the same path share its server.
    session = new Session(path, { connectionArgs: [`--config-file=${settings}`] });
  } catch (cause) {
    throw new PosternError("DATA_DIR_LOCKED", `The store in ${dir} cannot be opened: another process has it, or it is damaged`, { cause });
  }
  const [writer, control, ...readers] = [connect(path), connect(path), connect(path), connect(path)] as const;
  let turn = 0;
  const load = readers.map(() => 0);
  return {
    write: async (statement) => {
      await refused(writer.command({ query: statement.text }));
    },
    read: async (question) => {
      turn += 1;
      let chosen = turn % readers.length;
      for (let i = 0; i < readers.length; i += 1) if ((load[i] ?? 0) < (load[chosen] ?? 0)) chosen = i;
      const reader = readers[chosen] ?? control;
      load[chosen] = (load[chosen] ?? 0) + 1;
      try {
        return await rowsOf(reader, question);
      } finally {
        load[chosen] = (load[chosen] ?? 1) - 1;
      }
    },
    control: (question) => rowsOf(control, question),
    close: async () => {
      for (const client of [writer, control, ...readers]) await client.close();
      session.close();
    },
  };
}

/** Small caches and few threads: the store shares the machine with the gate. */
const serverSettings = `<clickhouse>
  <max_server_memory_usage>${engineMemoryBytesMax}</max_server_memory_usage>
  <mark_cache_size>67108864</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <background_common_pool_size>2</background_common_pool_size>
</clickhouse>
`;

type Client = ReturnType<typeof createClient>;

type ClientConnection = NonNullable<NonNullable<NonNullable<Parameters<typeof createClient>[0]>["connection"]>>;

/**
 * Only the statement goes through: settings and parameters beside it are dropped here, since the engine would keep
 * the first for the life of the connection and run the second one at a time in the whole process. Inserts by value are
 * not used: rows come from journal segments.
 */
function connect(path: string): Client {
  const embedded = createChdbConnection({ path });
  const connection: ClientConnection = {
    query: ({ query }) => embedded.query({ query }),
    command: ({ query }) => embedded.command({ query }),
    exec: ({ query }) => embedded.exec({ query }),
    insert: () => Promise.reject(new PosternError("INTERNAL", "Rows are loaded from journal segments only")),
    ping: () => embedded.ping({ select: true }),
    close: () => embedded.close(),
  };
  return createClient({ connection });
}

async function rowsOf(client: Client, question: Sql): Promise<unknown[]> {
  const result = await refused(client.query({ query: question.text, format: "JSONEachRow" }));
  return await result.json<unknown>();
}

/** The engine's message may repeat the statement: pass on its code and type only, the rest stays in `cause`. */
async function refused<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    const type = typeof cause === "object" && cause !== null && "type" in cause ? String(cause.type) : "no type";
    throw new PosternError("STORE_QUERY_FAILED", `The store refused a statement (${type})`, { cause });
  }
}
