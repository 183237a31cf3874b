import { z } from 'zod';

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().exactOptional(),
      license: z.string().exactOptional(),
      dev: z.boolean().exactOptional(),
      os: z.array(z.string()).exactOptional(),
      dependencies: z.record(z.string(), z.string()).exactOptional(),
      optionalDependencies: z.record(z.string(), z.string()).exactOptional(),
    }),
  ),
});

/** A package that the product is installed with. */
export type Shipped = {
  readonly name: string;
  readonly version: string;
  /** As the lock file has it; null where it has none. */
  readonly licence: string | null;
  /** Its folder in the repository, with slashes. */
  readonly path: string;
  /** It is installed on some platforms only. */
  readonly isOfPlatform: boolean;
};

/**
 * Every package that `dependencies` and `optionalDependencies` lead to, by name and version, from the text of a
 * package-lock.json of version 3. `without` names packages whose own trees are left out.
 */
export function productionTree(lockText: string, without: readonly string[] = []): readonly Shipped[] {
  const { packages } = lockFile.parse(JSON.parse(lockText));
  const found = new Map<string, Shipped>();

  function follow(from: string): void {
    const { dependencies, optionalDependencies } = packages[from] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const path = lookUp(name, from);
      if (path === undefined || found.has(path) || without.includes(name)) continue;
      const { version = '', license = null, os } = packages[path] ?? {};
      found.set(path, { name, version, licence: license, path, isOfPlatform: os !== undefined });
      follow(path);
    }
  }

  /** Where `name` is found from a folder: in its own node_modules, then in those above it. */
  function lookUp(name: string, from: string): string | undefined {
    const path = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    const above = from.lastIndexOf('/node_modules/');
    return from === '' ? undefined : lookUp(name, above < 0 ? '' : from.slice(0, above));
  }

  follow('');
  const key = ({ name, version }: Shipped) => `${name}@${version}`;
  return [...new Map([...found.values()].map((each) => [key(each), each])).values()].sort((a, b) =>
    key(a) < key(b) ? -1 : 1,
  );
}
