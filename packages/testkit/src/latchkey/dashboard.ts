import { scryptSync, timingSafeEqual } from "node:crypto";
import type { Reply } from "./message.ts";
import { jsonObject, no, textOf, yes } from "./message.ts";
import { customerLoginOf, derive } from "./secrets.ts";

/** The customers' dashboard: a plain e-mail and password sign-in, so that the service has one of those too. */
export interface Dashboard {
  /** 200 with a session token, or 401 with the same body whether the e-mail is known or not. */
  signIn(call: { readonly body: string | undefined }): Reply;
}

/** How many customers there are; their keys and passwords follow from the seed. */
export const customers = 8;

export function createDashboard(seed: string): Dashboard {
  const known = new Map<string, { readonly customer: number; hash: Buffer | undefined }>();
  for (let customer = 0; customer < customers; customer += 1) {
    known.set(customerLoginOf(seed, customer).email, { customer, hash: undefined });
  }
  let sessions = 0;
  return {
    signIn: (call) => {
      const body = jsonObject(call.body);
      const email = textOf(body["email"]).trim().toLowerCase();
      const given = hashed(seed, textOf(body["password"]));
      const user = known.get(email);
      // Hashes of the right passwords are made when first needed, so that a test that never signs in pays nothing.
      if (user !== undefined) user.hash ??= hashed(seed, customerLoginOf(seed, user.customer).password);
      if (user?.hash === undefined || !timingSafeEqual(user.hash, given)) return no(401, "E-mail or password is wrong.");
      sessions += 1;
      return yes({ session_token: `lks_${derive(seed, `session/${sessions}`, 40)}`, customer: user.customer });
    },
  };
}

/** Cheap parameters on purpose: this guards nothing but an example. */
function hashed(seed: string, password: string): Buffer {
  return scryptSync(password, seed, 32, { N: 256 });
}
