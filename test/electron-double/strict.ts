import { complain, record } from './world.ts';

/** Names that electron.d.ts gives to `T`; any other name does not compile where this is satisfied. */
export type Known<T> = { readonly [K in keyof T]?: unknown };

/** Lets through only what `object` has. Everything else, also setting, is a loud error that names it. */
export function strict<T extends object>(name: string, object: T): T {
  return new Proxy(object, {
    get(target, key, receiver): unknown {
      if (typeof key === 'symbol' || Object.hasOwn(target, key)) return Reflect.get(target, key, receiver);
      // `await` asks every value for it.
      if (key === 'then') return undefined;
      return complain(`${name}.${key} is not in the Electron double`);
    },
    set: (_target, key): never => complain(`${name}.${String(key)} is not to be set`),
  });
}

export type Kind = { readonly fits: (value: unknown) => boolean; readonly says: string };

export const text: Kind = { fits: (value) => typeof value === 'string', says: 'a string' };
export const whole: Kind = { fits: Number.isInteger, says: 'an integer' };
export const flag: Kind = { fits: (value) => typeof value === 'boolean', says: 'a boolean' };
export const call: Kind = { fits: (value) => typeof value === 'function', says: 'a function' };
export const bytes: Kind = { fits: Buffer.isBuffer, says: 'a Buffer' };
export const anything: Kind = { fits: () => true, says: 'anything' };

export function oneOf(...allowed: readonly unknown[]): Kind {
  return { fits: (value) => allowed.includes(value), says: `one of ${JSON.stringify(allowed)}` };
}

/** An object that has no other keys than these; each may be left out. */
export function shape(kinds: Readonly<Record<string, Kind>>): Kind {
  const fits = (value: unknown): boolean =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(([key, held]) => kinds[key]?.fits(held) ?? false);
  const says = Object.entries(kinds).map(([key, kind]) => `${key}: ${kind.says}`);
  return { fits, says: `{ ${says.join(', ')} }` };
}

export function listOf(kind: Kind): Kind {
  return { fits: (value) => Array.isArray(value) && value.every(kind.fits), says: `a list of ${kind.says}` };
}

/** A function of the double: arguments are checked and the call is recorded before it runs. */
export function method(
  name: string,
  kinds: readonly Kind[],
  run: (...given: never[]) => unknown = () => undefined,
) {
  return (...given: readonly unknown[]): unknown => {
    const fits = given.length === kinds.length && kinds.every((kind, at) => kind.fits(given[at]));
    if (!fits)
      return complain(`${name} takes (${kinds.map((kind) => kind.says).join(', ')}), not ${told(given)}`);
    record(name, given);
    return Reflect.apply(run, undefined, given);
  };
}

function told(given: readonly unknown[]): string {
  return (
    JSON.stringify(given, (_key, value: unknown) => (typeof value === 'function' ? 'a function' : value)) ??
    '()'
  );
}
