/**
 * Sets a key as the newest of a map of at most `max` entries: the one set longest ago goes. For small maps and rare writes: finding the oldest of a large map that is
 * full all the time is slow (`AgedMap` says why).
 */
export function keepLatest<K, V>(map: Map<K, V>, key: K, value: V, max: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= max) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
