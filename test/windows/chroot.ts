import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { labFolder } from './place.ts';
import { removeTree } from './remove-tree.ts';
import { fromOutside, NotHere, say, toEnd } from './spoken.ts';

/** Debian 13 with Wine 10: Debian 12's Wine 8 captures no sound through DirectShow and loses child processes. */
export const chrootFolder = join(labFolder, 'chroot');

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Builds the chroot where it is missing: about 50 s and 1.4 GB. Throws `NotHere` where that is impossible. */
export async function ensureChroot(): Promise<void> {
  if (existsSync(chrootFolder)) return;
  if (!existsSync(KEYRING)) throw new NotHere(`${KEYRING} missing (apt-get install debian-archive-keyring)`);
  const mirror = await debianMirror();
  const partial = `${chrootFolder}.partial`;
  say(`windows: installing Debian 13 and Wine 10 from ${mirror} under ${labFolder} (about 1.4 GB) …`);
  await removeTree(partial);
  await mkdir(partial, { recursive: true });
  const options = ['--variant=minbase', '--include=ca-certificates', `--keyring=${KEYRING}`];
  await fromOutside('debootstrap', [...options, 'trixie', partial, mirror]);
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', 'wine', 'wine64'];
  await fromOutside('chroot', [partial, ...install]);
  await toEnd('chroot', [partial, 'apt-get', 'clean']);
  await rename(partial, chrootFolder);
}

/** TALLYLIGHT_DEBIAN_MIRROR, or the mirror that this machine itself installs from, where that is Debian's. */
async function debianMirror(): Promise<string> {
  const named = process.env.TALLYLIGHT_DEBIAN_MIRROR;
  if (named !== undefined && named !== '') return named;
  const targets = await fromOutside('apt-get', [
    'indextargets',
    '--format',
    '$(ORIGIN) $(SITE)',
    'Created-By: Packages',
  ]);
  const sites = targets.split('\n').flatMap((line) => /^Debian (https?:\S+)$/.exec(line)?.[1] ?? []);
  const mirror = sites.find((site) => !site.includes('security'));
  if (mirror === undefined)
    throw new NotHere(
      'this machine installs from no Debian mirror; name one in TALLYLIGHT_DEBIAN_MIRROR (https://…/debian)',
    );
  return mirror;
}
