import { PosternError } from "@postern/engine";
import { listenAddress, type ListenAddress } from "../config/values.ts";

/** Where to listen: the flag wins over the configuration, which wins over the default. Throws USAGE on a flag that is no address. */
export function listenAt(
  flag: string | undefined,
  configured: ListenAddress | undefined,
  fallback: { readonly host: string; readonly port: number },
): { readonly host: string; readonly port: number } {
  let chosen = configured;
  if (flag !== undefined) {
    const parsed = listenAddress.safeParse(flag);
    if (!parsed.success) throw new PosternError("USAGE", `${flag} is no port or address such as 8080 or 127.0.0.1:8080`);
    chosen = parsed.data;
  }
  return { host: chosen?.host ?? fallback.host, port: chosen?.port ?? fallback.port };
}
