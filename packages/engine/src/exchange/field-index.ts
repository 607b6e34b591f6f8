/**
 * The name of a form field without the indexes of lists in it: `phone[]` and `phone[3]` are `phone`, `guests[0][mail]` is `guests[mail]`. A name in brackets stays:
 * `user[email]` and `user[password]` are two fields.
 */
export function withoutIndexes(name: string): string {
  return name.includes("[") ? name.replace(/\[\d{0,9}\]/g, "") : name;
}

/** The last part of a field's name, in lower case: `email` of `user.email`, `user[email]` and `users[].email`. */
export function leafOfField(name: string): string {
  const bare = withoutIndexes(name);
  const end = bare.endsWith("]") ? bare.length - 1 : bare.length;
  return bare.slice(Math.max(bare.lastIndexOf("."), bare.lastIndexOf("[")) + 1, end).toLowerCase();
}
