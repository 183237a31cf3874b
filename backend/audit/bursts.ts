import type { Events } from '../session/events.ts';
import type { Audit, Noted } from './log.ts';
import { networkOf } from './network.ts';

/** A call or sign-in that was refused for who makes it. */
export type Refused = Omit<Noted, 'outcome'> & { readonly address: string };

/** Notes who was not recognised, so that neither the log nor those who read it drown in them. */
export type Strangers = {
  refused(refused: Refused): Promise<void>;
  /** Notes the sums of the minutes that are over; with `all`, of those that are not, too. */
  sum(all?: boolean): Promise<void>;
};

const MINUTE_MS = 60_000;
/** Of one network in one tenant, each by itself; what comes after is a sum. */
const NOTED_A_MINUTE = 20;
/** That many within a minute are a burst, and one is told in five. */
const BURST = 10;
const BURST_EVERY_MS = 5 * MINUTE_MS;
/** More networks than this share one count: memory is bounded whoever asks. */
const MOST_NETWORKS = 10_000;

/** How often sums are looked for, in milliseconds. */
export const SUM_EVERY_MS = 10_000;

type Network = {
  readonly tenantId: string;
  readonly network: string;
  /** When its minute began. */
  since: number;
  noted: number;
  unnoted: number;
  /** When the last ones came, `BURST` of them at most. */
  times: number[];
  burstAt: number;
};

export function newStrangers({
  audit,
  events,
  clock,
}: {
  readonly audit: Pick<Audit, 'note'>;
  readonly events: Pick<Events, 'announce'>;
  /** Unix time in milliseconds. */
  readonly clock: () => number;
}): Strangers {
  const networks = new Map<string, Network>();

  function networkFor(tenantId: string, address: string): Network {
    const wanted = networkOf(address);
    const name = (network: string) => JSON.stringify([tenantId, network]);
    const network = networks.has(name(wanted)) || networks.size < MOST_NETWORKS ? wanted : 'several networks';
    const found = networks.get(name(network));
    if (found !== undefined) return found;
    const made = { tenantId, network, since: clock(), noted: 0, unnoted: 0, times: [], burstAt: -Infinity };
    networks.set(name(network), made);
    return made;
  }

  async function endMinute(of: Network): Promise<void> {
    const { unnoted, tenantId, network } = of;
    of.since = clock();
    of.noted = 0;
    of.unnoted = 0;
    if (unnoted > 0) await said(tenantId, 'auth.refused', `${unnoted} more from ${network}`);
  }

  function said(tenantId: string, action: string, reason: string): Promise<void> {
    return audit.note({ tenantId, actor: 'nobody', action, object: '', outcome: 'refused', reason });
  }

  async function tellBurst(of: Network): Promise<void> {
    const { tenantId, network, times } = of;
    of.burstAt = clock();
    const count = times.length;
    await said(tenantId, 'auth.burst', `${count} within a minute from ${network}`);
    await events.announce(tenantId, 'auth.burst', { count, network, seconds: MINUTE_MS / 1000 });
  }

  return {
    async refused({ address, ...noted }) {
      const of = networkFor(noted.tenantId, address);
      const now = clock();
      if (now >= of.since + MINUTE_MS) await endMinute(of);
      of.times = [...of.times, now].slice(-BURST).filter((time) => time > now - MINUTE_MS);
      if (of.noted < NOTED_A_MINUTE) {
        of.noted += 1;
        await audit.note({ ...noted, outcome: 'refused', reason: `${noted.reason} from ${of.network}` });
      } else of.unnoted += 1;
      if (of.times.length >= BURST && now >= of.burstAt + BURST_EVERY_MS) await tellBurst(of);
    },

    async sum(all = false) {
      for (const [name, of] of networks) {
        if (!all && clock() < of.since + MINUTE_MS) continue;
        const isQuiet = of.noted === 0 && clock() >= of.burstAt + BURST_EVERY_MS;
        await endMinute(of);
        if (isQuiet) networks.delete(name);
      }
    },
  };
}
