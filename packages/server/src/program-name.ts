/**
 * How a command that people are told to run next begins, so that it runs where it is pasted: the program as it was started (`npm start --` in a clone), with the key file before it when
 * that is not at its usual place: without it nothing that was kept can be looked up.
 */
export function programName(env: NodeJS.ProcessEnv): string {
  const { POSTERN_PROGRAM: program = "postern", POSTERN_KEY_FILE: key } = env;
  return key === undefined ? program : `POSTERN_KEY_FILE=${/^[\w./:@%+-]+$/.test(key) ? key : `'${key.replaceAll("'", `'\\''`)}'`} ${program}`;
}

/** Our own sentences, with the commands they name (in backticks, in parentheses or after a colon) as they begin here. */
export function asStarted(text: string, { POSTERN_PROGRAM: program }: NodeJS.ProcessEnv): string {
  return program === undefined ? text : namingProgram(text, program);
}

/** The same, for a program that is called so. */
export function namingProgram(text: string, program: string): string {
  return text.replaceAll(/(`|: |\()postern (?=[a-z-])/g, (_, before: string) => `${before}${program} `);
}

/** Where the command begins in a step such as `See who was told: npm start -- report breach …`, counted from the colon; -1 where it names none. */
export function commandAt(step: string): number {
  return step.search(/: (?:POSTERN_KEY_FILE=(?:'.*?'|\S+) )?(?:postern|npm (?:--prefix (?:'.*?'|\S+) )?start --) /);
}
