/** How much an inventory holds. At a bound known endpoints go on counting and nothing new is made. */
export interface InventoryBounds {
  readonly hostsMax: number;
  readonly nodesPerHostMax: number;
  /** Places in the trees of paths of all hosts together. */
  readonly placesMax: number;
  readonly endpointsMax: number;
  readonly childrenMax: number;
  readonly principalsMax: number;
  readonly idsMax: number;
}

/**
 * `Host` is the caller's choice, so hosts are few; one that answered little makes room for another; nodes and children as in `templateBounds`; places and
 * endpoints of all hosts together bound the memory of the whole (`npm run bench:templates` prints what they weigh), far beyond what one team runs;
 * 100,000 principals are 10 MB, the oldest goes; ids count old names too.
 */
export const inventoryBounds: InventoryBounds = {
  hostsMax: 256,
  nodesPerHostMax: 50_000,
  placesMax: 200_000,
  endpointsMax: 20_000,
  childrenMax: 1_000,
  principalsMax: 100_000,
  idsMax: 200_000,
};

/** A host that gave so many answers is one, whatever others answer; with fewer it may be a name that somebody invented. */
export const hostAnswersMin = 64;

/** Endpoints that one was split from; each split adds one. */
export const originsMax = 16;

/** Methods kept at one path beside those of RPC services: HTTP has nine, WebDAV a few more. */
export const methodsMax = 24;
