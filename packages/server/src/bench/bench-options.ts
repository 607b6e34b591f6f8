import { parseArgs, type ParseArgsConfig } from "node:util";

/**
 * Options of one bench. `--help` or `-h` prints `help`, and an option that is not there is told in one line on standard error with exit code 2; both give
 * undefined, and the bench has nothing to do then.
 */
export function benchOptions<const T extends NonNullable<ParseArgsConfig["options"]>>(args: readonly string[], options: T, help: string): Options<T> | undefined {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(help);
    return undefined;
  }
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    // The first sentence names the option; what follows is how to pass one that looks like an argument.
    const [said] = (error instanceof Error ? error.message : String(error)).split(". ", 1);
    return wrongOption(`${said}. Its options: --help.`);
  }
}

type Options<T extends NonNullable<ParseArgsConfig["options"]>> = ReturnType<typeof parseArgs<{ args: string[]; options: T }>>["values"];

/** Says what is wrong with an option, and leaves with exit code 2. */
export function wrongOption(said: string): undefined {
  process.stderr.write(`bench: ${said}\n`);
  process.exitCode = 2;
  return undefined;
}
