/** One of several, or, where `all` names it, none of them. A value that is no option is shown as it is: it came with the address. */
export function Choice({
  label,
  all,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly all: string | null;
  readonly value: string | undefined;
  readonly options: Readonly<Record<string, string>>;
  readonly onChange: (value: string | undefined) => void;
}) {
  return (
    <select
      className={`field w-full min-w-0 md:w-auto md:max-w-[220px] ${all !== null && value !== undefined ? "border-brand text-brand" : ""}`}
      aria-label={label}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
    >
      {all !== null && <option value="">{all}</option>}
      {value !== undefined && !Object.hasOwn(options, value) && <option value={value}>{value}</option>}
      {Object.entries(options).map(([key, text]) => (
        <option key={key} value={key}>
          {text}
        </option>
      ))}
    </select>
  );
}
