/** Of one file. */
type Rename = (from: string, to: string) => Promise<unknown>;

/**
 * Puts a file that is whole in the place of one that may be there, for servers that do not rename over it. The one before is laid
 * aside until then, and put back where it does not come to that: it may be all that there is.
 */
export async function replace(rename: Rename, part: string, name: string, aside: string): Promise<void> {
  await rename(name, aside);
  try {
    await rename(part, name);
  } catch (error) {
    await Promise.allSettled([rename(aside, name)]);
    throw error;
  }
}
