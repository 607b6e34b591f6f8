/** What a service answered; `-` when it did not. */
export function statusText(status: number): string {
  return status === 0 ? "-" : String(status);
}
