import { describe, expect, it } from "vitest";
import { isPlainWords } from "./plain-words.ts";

describe("which names may be written in clear at first sight", () => {
  it("takes what interfaces are made of", () => {
    const plain = [
      "users",
      "client",
      "v1",
      "v12",
      "status",
      "saveLoginIp",
      "forgot-password",
      "account_id",
      "force_ott",
      "device_count",
      "success",
      "registration",
      "start",
      "oauth2",
      "2fa",
      "isRegistered",
      "hasAccount",
      "user_exists",
      "emailVerified",
      "phone_number",
      "products",
      "Challenges",
      "SecurityQuestions",
      "application-version",
      "socket.io",
      "main.js",
      "index.html",
      ".well-known",
      "x-request-id",
      "next_cursor",
      "phones[]",
      "totpEnabled",
      "maxResults",
      "isAvailable",
    ];
    expect(plain.filter((name) => !isPlainWords(name))).toEqual([]);
  });

  it("leaves names of people, tokens, numbers and slugs alone", () => {
    const hidden = [
      "alice",
      "bob",
      "brunhildezwick",
      "ottokar.pfnur_77",
      "alice.smith",
      "alice-smith",
      "jsmith42",
      "wilhelmina",
      "maria",
      "max_min",
      "bill",
      "mark",
      "grace",
      "john.user",
      "testuser1234",
      "839206",
      "Tr0ub4dor",
      "tk_Zx81QmmVw03RrB7uYp55LcD2hJ",
      "AKQ7WZP2LMX9TRC4VBN6",
      "s3ss10nVq0PxW8zR2mKd",
      "user@example.com",
      "+9994071552863",
      "my-first-post-about-alice",
      "login-alice",
      "secret.person",
      "user.name",
      "",
      "a".repeat(65),
    ];
    expect(hidden.filter(isPlainWords)).toEqual([]);
  });

  it("answers the same however often it is asked and however many other names there are", () => {
    for (let n = 0; n < 20_000; n++) isPlainWords(`name${n}`);
    expect([isPlainWords("status"), isPlainWords("alice")]).toEqual([true, false]);
  });
});
