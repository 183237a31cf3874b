import { join } from 'node:path';
import { whenSnapshot } from '../app/cli/when-snapshot.ts';
import { startEmbedded } from '../app/launch/embedded.ts';
import { REQUEST_BYTES } from '../main/delivery/uplink.ts';
import { agreeToAll, openClient } from './client.ts';

/** Below what the three channels of the stage bring, so that the cap is felt from the first second. */
const CAP_KBIT = 60;
const RECORDED_MS = 10_000;
/** Of one fragment, in seconds: for how many requests there were. */
const FRAGMENT_S = 0.8;

/** How much is sent under a cap, from the first fragment to the last receipt; what each request costs is in it. */
export async function capped(dir: string, env: NodeJS.ProcessEnv): Promise<Readonly<Record<string, number>>> {
  const embedded = await startEmbedded(join(dir, 'service'), env);
  const limited = { ...env, TALLYLIGHT_MAX_UPLOAD_KBIT: String(CAP_KBIT) };
  const capture = await openClient(embedded, join(dir, 'client'), limited);
  try {
    await agreeToAll(capture);
    await whenSnapshot(capture, ({ lamp }) => lamp === 'live');
    const beganMs = performance.now();
    await whenSnapshot(capture, ({ session }) => session.activeMs >= RECORDED_MS);
    await capture.call('session.stop', {});
    const end = await whenSnapshot(capture, ({ session }) => session.state === 'complete');
    const seconds = (performance.now() - beganMs) / 1000;
    const bytes = end.channels.reduce((sum, { deliveredBytes }) => sum + deliveredBytes, 0);
    const requests = (end.channels.length * end.session.activeMs) / 1000 / FRAGMENT_S;
    return {
      [`sent under a cap of ${CAP_KBIT} kbit/s (kbit/s)`]:
        ((bytes + requests * REQUEST_BYTES) * 8) / 1000 / seconds,
      'of it media (kbit/s)': (bytes * 8) / 1000 / seconds,
    };
  } finally {
    await capture.close();
    await embedded.close();
  }
}
