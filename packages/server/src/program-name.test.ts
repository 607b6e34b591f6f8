import { expect, test } from "vitest";
import { asStarted, commandAt, namingProgram, programName } from "./program-name.ts";

test("a command to run next begins as the program was started, with its key where that is not at the usual place", () => {
  expect(programName({})).toBe("postern");
  expect(programName({ POSTERN_PROGRAM: "npm start --" })).toBe("npm start --");
  expect(programName({ POSTERN_PROGRAM: "npm start --", POSTERN_KEY_FILE: "/etc/it's mine" })).toBe("POSTERN_KEY_FILE='/etc/it'\\''s mine' npm start --");
});

test("commands that sentences name begin so too, and are found at the end of a step", () => {
  const env = { POSTERN_PROGRAM: "npm start --" };
  expect(asStarted("`postern endpoints` lists them. Name the file: postern config check postern.yaml", env)).toBe(
    "`npm start -- endpoints` lists them. Name the file: npm start -- config check postern.yaml",
  );
  expect(namingProgram("(postern --help lists them) or `postern.yaml`: postern's own", "npm start --")).toBe("(npm start -- --help lists them) or `postern.yaml`: postern's own");
  expect(asStarted("`postern endpoints` lists them; postern.yaml", {})).toBe("`postern endpoints` lists them; postern.yaml");
  for (const program of ["postern", programName(env), programName({ ...env, POSTERN_KEY_FILE: "/etc/my key" }), "npm --prefix '/a b' start --"])
    expect(commandAt(`See who: ${program} report breach`)).toBe(7);
  expect(commandAt("Tell them: nobody else will")).toBe(-1);
});
