import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { testFolder } from '../vault/test-vault.ts';
import { sendSettings } from './send-settings.ts';
import { systemNetwork } from './system-network.ts';

/** A folder with programs of these names; whatever they are not asked for in just this way fails. */
async function programs(
  answers: Readonly<Record<string, { readonly asked: string; readonly says: string }>>,
) {
  const folder = await testFolder();
  for (const [name, { asked, says }] of Object.entries(answers)) {
    const script = `#!/bin/sh\n[ "$*" = "${asked}" ] || exit 97\nprintf '${says}'\n`;
    await writeFile(join(folder, name), script);
    await chmod(join(folder, name), 0o755);
  }
  return { PATH: folder };
}
const BUSCTL =
  '--system --no-pager get-property org.freedesktop.NetworkManager /org/freedesktop/NetworkManager org.freedesktop.NetworkManager Metered';
const NMCLI = '-t -f METERED general';

/** The network of a machine whose addresses the test sets, looked at when the test says so. */
function followed(env: Record<string, string>, platform: NodeJS.Platform = 'linux') {
  const machine = { addresses: ['192.0.2.7'] };
  const looks: (() => void)[] = [];
  const told: string[] = [];
  const network = systemNetwork({
    platform,
    env,
    addresses: () => machine.addresses,
    every: (_ms, look) => {
      looks.push(look);
      return () => void looks.splice(looks.indexOf(look), 1);
    },
  });
  onTestFinished(network.close);
  network.watch((state) => told.push(state));
  const look = () => {
    for (const each of looks) each();
  };
  return { machine, network, told, look, looks };
}

describe('the network of this machine', () => {
  test.each([
    ['u 1', 'metered'],
    ['u 2', 'online'],
    ['u 3', 'metered'],
    ['u 4', 'online'],
  ])('is asked of NetworkManager over D-Bus: %s is %s', async (says, state) => {
    const { network } = followed(await programs({ busctl: { asked: BUSCTL, says: `${says}\\n` } }));
    expect(network.state()).toBe('unknown');
    await expect.poll(network.state).toBe(state);
  });

  test.each([
    ['yes (guessed)', 'metered'],
    ['no', 'online'],
  ])('is asked of nmcli where there is no busctl: %s is %s', async (says, state) => {
    const { network } = followed(await programs({ nmcli: { asked: NMCLI, says: `${says}\\n` } }));
    await expect.poll(network.state).toBe(state);
  });

  test('is unknown where nobody says, and so is what NetworkManager does not know', async () => {
    const silent = followed(await programs({}));
    const asked = followed(await programs({ busctl: { asked: BUSCTL, says: 'u 0\\n' } }));
    const mac = followed({}, 'darwin');
    // What they do not say cannot be waited for: a change of addresses is told by then.
    for (const { machine, look, told } of [silent, asked, mac]) {
      machine.addresses = ['192.0.2.8'];
      look();
      expect(told).toEqual(['unknown']);
    }
  });

  test('is away without an address, and what comes back is told and asked about anew', async () => {
    const env = await programs({ busctl: { asked: BUSCTL, says: 'u 2\\n' } });
    const { machine, network, told, look } = followed(env);
    await expect.poll(network.state).toBe('online');
    machine.addresses = [];
    look();
    expect(network.state()).toBe('offline');
    await writeFile(join(env.PATH, 'busctl'), "#!/bin/sh\nprintf 'u 1\\n'\n");
    machine.addresses = ['198.51.100.4'];
    look();
    expect(network.state()).not.toBe('offline');
    await expect.poll(network.state).toBe('metered');
    expect(told.slice(0, 2)).toEqual(['online', 'offline']);
    expect(told.at(-1)).toBe('metered');
  });

  test('is let go', async () => {
    const { network, looks, told } = followed(await programs({}));
    network.close();
    expect(looks).toEqual([]);
    expect(told).toEqual([]);
  });

  test('has a state on the machine this runs on', () => {
    const network = systemNetwork({ platform: process.platform, env: process.env });
    onTestFinished(network.close);
    expect(['online', 'metered', 'offline', 'unknown']).toContain(network.state());
  });
});

test('what is set of sending is taken as it is said, or refused', () => {
  const set = (TALLYLIGHT_MAX_UPLOAD_KBIT?: string, TALLYLIGHT_METERED?: string) =>
    sendSettings({ TALLYLIGHT_MAX_UPLOAD_KBIT, TALLYLIGHT_METERED });
  expect(set()).toEqual({ ok: true, value: { maxKbit: undefined, sendsWhenMetered: false } });
  expect(set('512', 'send')).toEqual({ ok: true, value: { maxKbit: 512, sendsWhenMetered: true } });
  expect(set('', 'wait')).toEqual({ ok: true, value: { maxKbit: undefined, sendsWhenMetered: false } });
  for (const wrong of ['0', '-5', 'fast', '7', 'Infinity', '1e99', 'NaN'])
    expect(set(wrong)).toMatchObject({ ok: false, error: { code: 'setting-refused' } });
  expect(set(undefined, 'yes')).toMatchObject({ ok: false, error: { code: 'setting-refused' } });
});
