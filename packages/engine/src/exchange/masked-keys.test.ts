import { expect, test } from "vitest";
import { keyCharactersMax, meaningOfKey } from "./masked-keys.ts";

test.each(
  "password pwd secret password_confirmation passwordConfirmation cc card_number cardNumber ccv ssn credit_score creditScore api_key accessToken X-Api-Key user[pin] newPassword".split(
    " ",
  ),
)("%s holds a secret, however it is written", (key) => {
  for (const written of [key, key.toUpperCase(), `form.${key}`]) expect(meaningOfKey(written)).toBe("secret");
});

test("names of people's identifiers give their type, others nothing", () => {
  expect(["phone", "customer_email", "username", "colour"].map((key) => meaningOfKey(key))).toEqual(["phone", "email", "username", undefined]);
});

test("a name of more than 256 characters is data and means nothing", () => {
  expect([keyCharactersMax, keyCharactersMax + 1].map((length) => meaningOfKey("password".padStart(length, "x")))).toEqual(["secret", undefined]);
});
