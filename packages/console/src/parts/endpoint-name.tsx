/** `GET /users/{userId}`, `POST /graphql query user`; breaks at slashes rather than overflowing a phone's screen. */
export function EndpointName({ method, path, host, operation = "" }: { readonly method: string; readonly path: string; readonly host?: string; readonly operation?: string }) {
  return (
    <span className="font-mono text-[13px] leading-snug [overflow-wrap:anywhere]">
      <span className="mr-1 text-soft">{method}</span>{" "}
      {path.split("/").map((part, index) => (
        <span key={index}>
          {index > 0 && (
            <>
              /<wbr />
            </>
          )}
          <span className={part.startsWith("{") ? "text-brand" : ""}>{part}</span>
        </span>
      ))}
      {operation !== "" && <span className="ml-2 text-brand">{operation}</span>}
      {host !== undefined && <span className="block font-sans text-xs text-soft">{host}</span>}
    </span>
  );
}
