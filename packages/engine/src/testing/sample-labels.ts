import type { DataClass } from "../inventory/data-classes.ts";

/** Fields of the 202 samples of vulnerabilities in the reference data, by path, with the class a person gave them; every other has none. */
export const sampleLabels: Readonly<Partial<Record<string, DataClass>>> = {
  email: "email",
  password: "secret",
  userPassword: "secret",
  DB_PASSWORD: "secret",
  "secret-access-key": "secret",
  token: "jwt",
  phone: "phone",
  REMOTE_ADDR: "ip",
  "courses.description": "free-text",
};

/** What a person could not say either: one value only, a placeholder, sentences of the program. */
export const sampleUnsure: ReadonlySet<string> = new Set(["apiKey", "access-key-id", "csrf", "from", "location", "message", "error", "details", "description"]);
