/**
 * How a command that people are told to run next begins, so that it runs where it is pasted: the program as it was started (`npm start --` in a clone), with the key file before it when
 * that is not at its usual place: without it nothing that was kept can be looked up.
 */
export function programName(env: NodeJS.ProcessEnv): string {
  const { POSTERN_PROGRAM: program = "postern", POSTERN_KEY_FILE: key } = env;
  return key === undefined ? program : `POSTERN_KEY_FILE=${/^[\w./:@%+-]+$/.test(key) ? key : `'${key.replaceAll("'", `'\\''`)}'`} ${program}`;
}
