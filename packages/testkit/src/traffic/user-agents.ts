/** The app's own User-Agents, by version and telephone: people behind one exit differ in little else. */
export const appUserAgents: readonly string[] = [
  "Latchkey/4.2.0 (Android 14; Fjord 8)",
  "Latchkey/4.2.0 (Android 15; Fjord 9)",
  "Latchkey/4.2.0 (Android 13; Tundra A5)",
  "Latchkey/4.2.0 (Android 14; Tundra A7)",
  "Latchkey/4.1.3 (Android 12; Moor 3)",
  "Latchkey/4.1.3 (Android 11; Moor 2)",
  "Latchkey/4.2.1 (iOS 17.5; Orchard 14)",
  "Latchkey/4.2.1 (iOS 17.6; Orchard 15)",
  "Latchkey/4.2.1 (iOS 18.0; Orchard 16)",
  "Latchkey/4.0.9 (iOS 16.7; Orchard 12)",
  "Latchkey-Desktop/2.4.1 (Windows 11)",
  "Latchkey-Desktop/2.4.1 (macOS 14.5)",
];

export const monitorUserAgent = "steady-monitor/1.4";
export const crawlerUserAgent = "Mozilla/5.0 (compatible; PlainCrawler/2.0)";
export const partnerUserAgent = "partner-sync/3.1";
export const browserUserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
/** What a hasty attacker sends. */
export const scriptUserAgent = "python-requests/2.32.3";
