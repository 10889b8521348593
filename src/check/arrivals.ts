/** Values that come one by one, and whoever waits for single ones of them. */
export type Arrivals<K, V> = {
  readonly put: (key: K, value: V) => void;
  /** Rejects when it is known that no more will come. */
  readonly wait: (key: K) => Promise<V>;
  readonly fail: (error: Error) => void;
};

type Waiter<V> = { readonly resolve: (value: V) => void; readonly reject: (error: Error) => void };

/** Lets one step of a check begin with what another one has found out already. */
export function createArrivals<K, V>(): Arrivals<K, V> {
  const arrived = new Map<K, V>();
  const waiting = new Map<K, Waiter<V>[]>();
  let failure: Error | null = null;
  return {
    put: (key, value) => {
      arrived.set(key, value);
      for (const { resolve } of waiting.get(key) ?? []) resolve(value);
      waiting.delete(key);
    },
    wait: (key) => {
      const value = arrived.get(key);
      if (value !== undefined) return Promise.resolve(value);
      return new Promise((resolve, reject) => {
        if (failure !== null) {
          reject(failure);
          return;
        }
        waiting.set(key, [...(waiting.get(key) ?? []), { resolve, reject }]);
      });
    },
    fail: (error) => {
      failure = error;
      for (const { reject } of [...waiting.values()].flat()) reject(error);
      waiting.clear();
    },
  };
}
