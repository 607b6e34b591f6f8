import { describe, expect, it } from "vitest";
import { refusalSense } from "./refusal-sense.ts";

describe("refusalSense", () => {
  it.each([
    "MEMBER_NOT_FOUND",
    "no_such_contact",
    "unknownUser",
    "We do not know this number.",
    "Account doesn't exist",
    "Kundennummer unbekannt",
    "Utilisateur introuvable",
    "no existe",
  ])("hears that nobody is there: %s", (text) => expect(refusalSense(text)).toBe("missing"));
  it.each(["DOB_MISMATCH", "The date of birth does not match.", "Wrong PIN", "invalid_password", "account_locked", "Geburtsdatum stimmt nicht", "bad-pass"])(
    "hears that somebody is, and the proof is not his: %s",
    (text) => expect(refusalSense(text)).toBe("wrong"),
  );
  it.each([
    "has already been taken",
    "M_USER_IN_USE",
    "is already a customer",
    "email_taken",
    "Username exists",
    "already_registered",
    "Diese Adresse ist bereits vergeben",
    "Ce compte existe déjà",
    "adresse déjà utilisée",
    "El usuario ya existe",
    "E-mail já cadastrado",
  ])("hears that somebody is, so that nobody else can be: %s", (text) => expect(refusalSense(text)).toBe("taken"));
  it.each(["already available", "You have already voted", "duplicate key", "mistaken", "code already used"])("hears nothing of the kind: %s", (text) =>
    expect(refusalSense(text)).toBeUndefined(),
  );
  it.each(["UNKNOWN_FIELD", "method not found", "Unknown parameter: x", "invalid request", "user not found or wrong password", "", "known", "try again", "basic", "invalid_token"])(
    "hears neither: %s",
    (text) => expect(refusalSense(text)).toBeUndefined(),
  );
});
