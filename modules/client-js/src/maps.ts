/** Returns the value of a key; if there is none, makes one and keeps it. */
export function obtain<K, V>(all: Map<K, V>, key: K, make: () => NoInfer<V>): V {
  let value = all.get(key);
  if (value === undefined) {
    all.set(key, (value = make()));
  }
  return value;
}
