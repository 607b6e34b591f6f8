/** The numbers of canaries, with their reasons. After simple-scan: any hit on a canary, or three in the dark, cut what else it takes to 40 % and down to 15 %. */
export const canaryPolicy = {
  /** So many questions about dark ranges weigh as one about a canary: people do type `example.com`. */
  darkPerCanary: 3,
  /** Known callers' first contacts seen at an endpoint before its dark ranges count, and so many of them in a range that it is lived in after all. */
  knownContactsMin: 20,
  livedInAt: 3,
  /** What thresholds are cut to, by what one source asked about: one canary, two, three. */
  sourceCuts: [0.4, 0.25, 0.15],
  /** And for an endpoint as a whole by what came from different networks, each counted once a day, fading over a week: never by one network alone, whoever shares it. */
  endpointCuts: [
    [2, 0.4],
    [3, 0.25],
    [5, 0.15],
  ],
  fadesOverMs: 7 * 86_400_000,
  /** So many networks' worth (two within a day and a half, or a few more over weeks), or so many canaries of one source, wake somebody. */
  pagesAtNetworks: 1.8,
  pagesAtCanaries: 2,
} as const;
