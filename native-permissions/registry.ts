/** The two trees of the Windows registry that settings live in: of the machine, and of the person. */
export type RegistryRoot = 'HKLM' | 'HKCU';

/** One value; `error` where nobody can say whether it is there. */
export type RegistryValue =
  | 'absent'
  | { readonly text: string }
  | { readonly number: number }
  | { readonly error: string };

/** Never rejects. */
export type ReadRegistryValue = (root: RegistryRoot, key: string, name: string) => Promise<RegistryValue>;

/** Asks one reader after the other until one knows; the last error names them all. */
export function firstThatReads(readers: readonly ReadRegistryValue[]): ReadRegistryValue {
  return async (root, key, name) => {
    const errors: string[] = [];
    for (const read of readers) {
      const value = await read(root, key, name);
      if (value === 'absent' || !('error' in value)) return value;
      errors.push(value.error);
    }
    return { error: errors.join('; ') };
  };
}

/** As it stands in a diagnosis, e.g. `Deny`, `2`, `absent`. */
export function sayValue(value: RegistryValue): string {
  if (value === 'absent') return value;
  if ('text' in value) return value.text;
  return 'number' in value ? String(value.number) : `unreadable (${value.error})`;
}
