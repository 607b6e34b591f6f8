import { describe, expect, it } from "vitest";
import { hash53 } from "../detect/observe/hash53.ts";
import type { HeaderList } from "./exchange.ts";
import type { Ports } from "./ports.ts";
import { requestShape, writtenForm } from "./request-shape.ts";

const hashed: string[] = [];
const ports: Ports = {
  hash: (_type, normal) => {
    hashed.push(normal);
    return hash53(normal).toString(16).padStart(16, "0");
  },
  random: () => 1,
  decodeUtf8: () => "",
};
const app: HeaderList = [
  ["User-Agent", "Latchkey/4.2.0"],
  ["Accept", "application/json"],
];
const shape = (headers: HeaderList, json?: Parameters<typeof requestShape>[1], identifier = "999-15550100"): string => requestShape(headers, json, identifier, ports);

describe("request shape", () => {
  it("is the same for the same program, whoever uses it, whatever it asks, and with the moment's headers", () => {
    const one = shape(app);
    expect(one).toMatch(/^[0-9a-f]{8}$/u);
    expect(
      shape(
        [
          ["User-Agent", "Latchkey/9"],
          ["Cookie", "a=b"],
          ["Accept", "application/json"],
          ["X-Forwarded-For", "20.0.0.1"],
          ["If-None-Match", "x"],
        ],
        undefined,
        "1-2",
      ),
    ).toBe(one);
  });

  it("differs by the order and case of names, by accepted types, by the order of keys and by how the identifier is written", () => {
    const shapes = [
      shape(app),
      shape(app.toReversed()),
      shape([
        ["user-agent", "x"],
        ["Accept", "application/json"],
      ]),
      shape([
        ["User-Agent", "x"],
        ["Accept", "*/*"],
      ]),
      shape(app, { phone: "1", locale: "de" }),
      shape(app, { locale: "de", phone: "1" }),
      shape(app, { user: { phone: "1", locale: "de" } }),
      shape(app, undefined, "+99915550100"),
    ];
    expect(new Set(shapes).size).toBe(shapes.length);
  });

  it("never hashes a digit or a letter of the identifier, nor a value of the body, and is empty where no headers are shown", () => {
    hashed.length = 0;
    shape([...app], { phone: "49151000", inner: { name: "Anna" } }, "49-151-anna");
    expect(hashed.join("\n")).not.toMatch(/49|151|anna/iu);
    expect(shape([])).toBe("");
    expect(writtenForm("+49 (151) anna-7")).toBe("+9 (9) a-9");
    expect(writtenForm("-".repeat(500))).toHaveLength(64);
  });
});
