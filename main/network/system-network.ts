import { networkInterfaces } from 'node:os';
import { toolOutput } from '../channels/tool-output.ts';
import type { Network, NetworkState } from './network.ts';

type Env = Readonly<Record<string, string | undefined>>;
/** Whether what is sent costs money or volume; undefined where nobody says. */
export type AskMetered = (env: Env) => Promise<boolean | undefined>;

/** Looking at the addresses costs microseconds, asking the system starts a program. */
const LOOK_MS = 2000;
const ASK_MS = 30_000;

export type SystemNetworkOptions = {
  readonly platform: NodeJS.Platform;
  readonly env: Env;
  /** Addresses of this machine by which others can be reached; as the system lists them where it is left out. */
  readonly addresses?: () => readonly string[];
  readonly ask?: AskMetered;
  /** Calls every so often; returns how to end it. */
  readonly every?: (ms: number, call: () => void) => () => void;
};

/** The network of this machine, followed from here until it is closed: its addresses, and what the system says of it. */
export function systemNetwork(options: SystemNetworkOptions): Network & { readonly close: () => void } {
  const { platform, env, addresses = ownAddresses, every = interval } = options;
  const ask = options.ask ?? ASK[platform] ?? nobodySays;
  const listeners = new Set<(state: NetworkState) => void>();
  let seen = addresses().join(' ');
  let isMetered: boolean | undefined;
  let isAsking = false;
  let isClosed = false;

  function state(): NetworkState {
    if (seen === '') return 'offline';
    if (isMetered === undefined) return 'unknown';
    return isMetered ? 'metered' : 'online';
  }
  function tell(): void {
    for (const listener of listeners) listener(state());
  }
  async function askAgain(): Promise<void> {
    const answer = await ask(env);
    if (isClosed || answer === isMetered) return;
    isMetered = answer;
    tell();
  }
  function askOnce(): void {
    if (isAsking) return;
    isAsking = true;
    void askAgain().finally(() => {
      isAsking = false;
    });
  }
  function look(): void {
    const now = addresses().join(' ');
    if (now === seen) return;
    seen = now;
    tell();
    askOnce();
  }
  askOnce();
  const ends = [every(LOOK_MS, look), every(ASK_MS, askOnce)];
  return {
    state,
    watch: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close: () => {
      isClosed = true;
      listeners.clear();
      for (const end of ends) end();
    },
  };
}

function interval(ms: number, call: () => void): () => void {
  const timer = setInterval(call, ms).unref();
  return () => clearInterval(timer);
}

/** Link-local addresses are there without any network. */
function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((own) => own ?? []);
  return all
    .filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address))
    .map(({ address }) => address)
    .sort();
}

async function nobodySays(): Promise<undefined> {
  return undefined;
}

const ASK: Partial<Record<NodeJS.Platform, AskMetered>> = { linux: askNetworkManager, win32: askWindows };

/**
 * NMMetered of NetworkManager's D-Bus API: 0 unknown, 1 yes, 2 no, 3 guessed yes, 4 guessed no; its documentation says to
 * treat 3 like 1.
 */
const METERED_BY_NUMBER = [undefined, true, false, true, false] as const;
const MANAGER = ['org.freedesktop.NetworkManager', '/org/freedesktop/NetworkManager'] as const;

async function askNetworkManager(env: Env): Promise<boolean | undefined> {
  const args = ['--system', '--no-pager', 'get-property', ...MANAGER, MANAGER[0], 'Metered'];
  const told = await toolOutput('busctl', args, env);
  if (told.kind === 'printed') return METERED_BY_NUMBER[Number(/^u (\d+)$/m.exec(told.stdout)?.[1] ?? 0)];
  // Without systemd's tool there may still be NetworkManager's own: `yes`, `no`, `yes (guessed)`, `unknown`.
  if (told.kind !== 'not-installed') return undefined;
  const said = await toolOutput('nmcli', ['-t', '-f', 'METERED', 'general'], env);
  const word = said.kind === 'printed' ? /^(yes|no)\b/.exec(said.stdout)?.[1] : undefined;
  return word === undefined ? undefined : word === 'yes';
}

/**
 * NetworkCostType of Windows.Networking.Connectivity, by Windows PowerShell, which knows WinRT: Unrestricted, Fixed or
 * Variable. Believed, not measured.
 */
const COST_SCRIPT = [
  '$null = [Windows.Networking.Connectivity.NetworkInformation, Windows, ContentType = WindowsRuntime]',
  '$profile = [Windows.Networking.Connectivity.NetworkInformation]::GetInternetConnectionProfile()',
  'if ($profile) { $profile.GetConnectionCost().NetworkCostType.ToString() }',
].join('; ');

async function askWindows(env: Env): Promise<boolean | undefined> {
  const args = ['-NoProfile', '-NonInteractive', '-Command', COST_SCRIPT];
  const told = await toolOutput('powershell.exe', args, env, 15_000);
  const cost = told.kind === 'printed' ? told.stdout.trim() : '';
  if (cost === 'Unrestricted') return false;
  return cost === 'Fixed' || cost === 'Variable' ? true : undefined;
}
