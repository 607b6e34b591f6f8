import { describe, expect, it } from "vitest";
import { sameDoor } from "./same-door.ts";

const door = (method: string, host: string, template: string) => ({ method, host, template });
const learned = door("GET", "api.example", "/v1/users/{cc}-{phone}/status");

describe("sameDoor", () => {
  it("knows a declared endpoint again in the one that traffic showed, whatever its parameters are called", () => {
    expect(sameDoor(door("GET", "*", "/v1/users/{phone}/status"), learned)).toBe(true);
    expect(sameDoor(learned, door("GET", "*", "/V1/Users/{any}/status"))).toBe(true);
    expect(sameDoor(door("*", "*", "/v1/users/{any}/status"), learned)).toBe(true);
  });

  it("keeps other methods, hosts, lengths and constants apart", () => {
    for (const other of [
      door("POST", "*", "/v1/users/{phone}/status"),
      door("GET", "other.example", "/v1/users/{phone}/status"),
      door("GET", "*", "/v1/users/{phone}"),
      door("GET", "*", "/v1/users/{phone}/state"),
      door("GET", "*", "/v1/users/me/status"),
    ])
      expect(sameDoor(other, learned)).toBe(false);
  });

  it("takes a constant that stands as its hash for a constant, not for a parameter", () => {
    const hidden = door("GET", "*", "/v1/{word~0123456789abcdef}/{id}");
    expect(sameDoor(hidden, door("GET", "api", "/v1/{word~0123456789abcdef}/{name}"))).toBe(true);
    expect(sameDoor(hidden, door("GET", "api", "/v1/{word~fedcba9876543210}/{id}"))).toBe(false);
    expect(sameDoor(hidden, door("GET", "api", "/v1/{any}/{id}"))).toBe(false);
  });
});
