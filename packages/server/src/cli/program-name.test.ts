import { expect, test } from "vitest";
import { programName } from "./program-name.ts";

test("a command to run next begins as the program was started, with its key where that is not at the usual place", () => {
  expect(programName({})).toBe("postern");
  expect(programName({ POSTERN_PROGRAM: "npm start --" })).toBe("npm start --");
  expect(programName({ POSTERN_PROGRAM: "npm start --", POSTERN_KEY_FILE: "/etc/it's mine" })).toBe("POSTERN_KEY_FILE='/etc/it'\\''s mine' npm start --");
});
