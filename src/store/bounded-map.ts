/** A map that holds no more than so many bytes: what was set first is forgotten for what comes. */
export type BoundedMap<Key, Value> = {
  readonly entries: ReadonlyMap<Key, Value>;
  /** What is larger than all there is room for is not taken, and pushes nothing out. */
  readonly set: (key: Key, value: Value) => void;
  readonly bytes: () => number;
  readonly clear: () => void;
};

/** Empty. `sizeOf`: bytes of a value, the same whenever it is asked. */
export function createBoundedMap<Key, Value>(maxBytes: number, sizeOf: (value: Value) => number): BoundedMap<Key, Value> {
  const entries = new Map<Key, Value>();
  let bytes = 0;

  const forget = (key: Key): void => {
    const value = entries.get(key);
    if (value !== undefined) bytes -= sizeOf(value);
    entries.delete(key);
  };
  return {
    entries,
    set: (key, value) => {
      const size = sizeOf(value);
      if (size > maxBytes) return;
      forget(key);
      entries.set(key, value);
      bytes += size;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break;
        forget(oldest);
      }
    },
    bytes: () => bytes,
    clear: () => {
      entries.clear();
      bytes = 0;
    },
  };
}
