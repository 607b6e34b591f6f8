import type { AsnTable } from "./asn-table.ts";
import type { Message } from "../../exchange/exchange.ts";
import type { Ports } from "../../exchange/ports.ts";
import type { SubjectType } from "../../exchange/subject.ts";
import { rankOf } from "../target/target-place.ts";
import { requestShape } from "../../exchange/request-shape.ts";
import { headerOf, requestJsonOf, userAgentCharactersMax } from "../../exchange/view-of.ts";
import { type ClientAttributes, clientAttributes } from "./client-attributes.ts";

/** What the ledger will know of a client when the exchange is over, for a gate that holds off those who were named. `identifier`: whom it asks about, as written. Without the block it asks about; after the last kind of attribute comes the rank of whom it asks about, where its type has an order, for `NamedClients.fronts`: never kept. */
export function clientOfRequest(
  client: { readonly address: string; readonly ja4?: string | undefined },
  request: Message,
  identifier: string,
  type: SubjectType | undefined,
  asns: AsnTable | undefined,
  ports: Ports,
): ClientAttributes {
  const attributes = clientAttributes({
    address: client.address,
    ja4: client.ja4,
    shape: requestShape(request.headers, requestJsonOf(request, ports), identifier, ports),
    userAgent: headerOf(request.headers, "user-agent").slice(0, userAgentCharactersMax),
    block: "",
    asn: asns?.textOf(client.address) ?? "",
  });
  const rank = type === undefined ? Number.NaN : rankOf(type, identifier);
  return Number.isNaN(rank) ? attributes : [...attributes, String(rank)];
}
