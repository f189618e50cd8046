/** The methods of a store with private fields, but for those that `over` has of its own. */
export function bound<T extends object>(over: Partial<T>, store: T): T {
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(Object.hasOwn(over, name) ? over : target, name) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
