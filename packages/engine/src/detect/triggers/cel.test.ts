import { run } from "@bufbuild/cel";
import { expect, test } from "vitest";
import { compileCel } from "./cel.ts";

const context = { fan: 21n, share: 0.25, path: "/users/{user}/status", status: 404n };

test.each([
  "fan > 20",
  "fan > 20 && status == 404",
  "fan > 20 || status / 0 > 1",
  "status >= 400 && status < 500 && path.startsWith('/users/')",
  "share < 0.5 && double(fan) * share > 5.0",
  "fan > 20.5",
  "path in ['/a', '/users/{user}/status']",
  "path.contains('{user}') && !path.endsWith('x')",
  "[1, 2, 3].exists(x, x == 3) && [1, 2].all(x, x < 3)",
  "size(path) == 20",
  "fan % 2 == 1 ? status == 404 : false",
  "-fan < 0 && int('7') == 7 && string(status) == '404'",
])("the fast engine agrees with the conformant one on %s", (source) => {
  const compiled = compileCel(source, {
    types: ["bool"],
    facts: true,
    counters: new Map([
      ["fan", "int"],
      ["share", "double"],
    ]),
    re2: undefined,
  });
  expect(compiled.ok && compiled.evaluate(context)).toBe(run(source, context));
  expect(run(source, context)).toBe(true);
});
