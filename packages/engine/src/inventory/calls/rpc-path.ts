import { decodeBase64 } from "../../exchange/decode-base64.ts";
import { looksIdentifying } from "../../exchange/scalar-text.ts";
import { headerOf } from "../../exchange/view-of.ts";
import type { PathView } from "../../exchange/view.ts";

/**
 * The RPC method a request names by its path, `POST /package.Service/Method`, as gRPC, gRPC-Web, Connect and Twirp do; undefined for other requests. By the shape
 * of the path and the content type, where the source carries one: an access log shows the path only.
 *
 * `status` is what the answer means: gRPC answers 200 to everything and says more in `grpc-status`, which stands in the header of an answer without messages, and
 * in the last frame of a gRPC-Web body. `answered`: the answer shows that the method is there.
 *
 * Misses: `grpc-status` in the trailers of an answer with messages (no source carries them), services without a package and without a content type. In a log an
 * empty answer is taken for "no such method", because gRPC refuses that way.
 */
export function rpcPathOf(view: PathView): RpcPath | undefined {
  const { segments, exchange } = view;
  const last = segments.length - 1;
  if (exchange.method !== "POST" || last < 1) return undefined;
  const method = segments[last] ?? "";
  const service = segments[last - 1] ?? "";
  const first = method.charCodeAt(0);
  if (first < 65 || first > 122 || method.length > namesMax || service.length > namesMax) return undefined;
  const { request, response } = exchange;
  const type = headerOf(request.headers, "content-type").toLowerCase();
  const grpc = type.startsWith("application/grpc");
  const certain = grpc || type.startsWith("application/connect+");
  if (certain ? !plainName.test(method) || !plainService.test(service) : !upperName.test(method) || !packagedService.test(service) || pages.test(service)) return undefined;
  if (!certain && type !== "" && !messages.test(type)) return undefined;
  if (looksIdentifying(method) || looksIdentifying(service)) return undefined;
  const said = grpc || type === "" ? grpcStatusOf(view) : undefined;
  const status = said === undefined || said === 0 || response.status !== 200 ? response.status : (meanings[said] ?? 500);
  const silent = (grpc || type === "") && said === undefined && response.size === 0;
  return {
    prefix: segments.slice(0, last - 1),
    name: `${service}/${method}`,
    status,
    answered: status >= 200 && status < 300 && !silent,
    // `unimplemented` is what gRPC says for 404.
    nothing: said === 12 || silent,
  };
}

export interface RpcPath {
  readonly prefix: readonly string[];
  /** `package.Service/Method` */
  readonly name: string;
  readonly status: number;
  readonly answered: boolean;
  readonly nothing: boolean;
}

const namesMax = 128;
const plainName = /^[A-Za-z]\w*$/;
const upperName = /^[A-Z]\w*$/;
const plainService = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){0,16}$/;
const packagedService = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){0,15}\.[A-Z]\w*$/;
/** Web pages of other days have names like that. */
const pages = /\.(?:asmx|aspx?|ashx|svc|php|jsp|cgi)$/i;
const messages = /^application\/(?:json|proto|protobuf|x-protobuf|octet-stream)(?:;|$)/;

/** HTTP statuses that mean what gRPC's codes 0 to 16 mean. */
const meanings: readonly number[] = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];

function grpcStatusOf(view: PathView): number | undefined {
  const { headers, body } = view.exchange.response;
  const header = headerOf(headers, "grpc-status");
  if (header !== "") return codeOf(header);
  const type = headerOf(headers, "content-type").toLowerCase();
  if (!type.startsWith("application/grpc-web") || body === undefined) return undefined;
  const bytes = typeof body !== "string" ? body : type.startsWith("application/grpc-web-text") ? decodeBase64(body) : undefined;
  return bytes === undefined ? undefined : trailerStatus(bytes);
}

/** The status in the frame of trailers: one flag byte with its highest bit set, four of length, lines of text. */
function trailerStatus(bytes: Uint8Array): number | undefined {
  for (let at = 0, frames = 0; at + 5 <= bytes.length && frames < framesMax; frames++) {
    const length = (((bytes[at + 1] ?? 0) << 24) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0)) >>> 0;
    if (((bytes[at] ?? 0) & 0x80) !== 0) {
      let text = "";
      for (let i = at + 5; i < Math.min(bytes.length, at + 5 + Math.min(length, trailersMax)); i++) text += String.fromCharCode(bytes[i] ?? 0);
      const found = /(?:^|\n)grpc-status:[ \t]{0,8}(\d{1,2})/i.exec(text)?.[1];
      return found === undefined ? undefined : codeOf(found);
    }
    at += 5 + length;
  }
  return undefined;
}

const framesMax = 4_096;
const trailersMax = 4_096;

function codeOf(text: string): number | undefined {
  return /^\d{1,2}$/.test(text) ? Number(text) : undefined;
}
