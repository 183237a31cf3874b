import { onTestFinished } from 'vitest';
import type { Result } from '../../contract/result.ts';
import type { SessionView } from '../../contract/wire.ts';
import type { ClientKey } from '../../main/auth/client-key.ts';
import { type Delivery, openDelivery } from '../../main/delivery/delivery.ts';
import { openExchange } from '../../main/delivery/exchange.ts';
import { type Line, openUplink } from '../../main/delivery/uplink.ts';
import { type Remote, type Started, tokensOf } from './client.ts';

/** The real delivery of a session, with its waits as short as the schedule lets them be. */
export type Delivering = {
  readonly delivery: Delivery;
  /** What was told as trouble so far: none of it is to be expected of a bad network. */
  readonly troubles: readonly string[];
  /** Delivers everything, stored and live only, and stops. */
  readonly finish: () => Promise<Result<SessionView>>;
};

export function deliver(
  there: Remote,
  started: Started,
  key: ClientKey,
  line: Line = openUplink().line(there.proxy.url, 'present'),
): Delivering {
  const { recording, facts, client } = started;
  const troubles: string[] = [];
  const exchange = openExchange(tokensOf(there, started, key), { connected: () => undefined }, () => 0, line);
  onTestFinished(exchange.close);
  const channels = facts.channels.map(({ id, mode, rtstreamId }) => ({ id, mode, rtstreamId }));
  const delivery = openDelivery(channels, recording, client, exchange, {
    change: () => undefined,
    trouble: (channelId, { code }) => void troubles.push(`${channelId} ${code}`),
    over: ({ code }) => void troubles.push(code),
    forbidden: (channelId) => void troubles.push(channelId),
  });
  const kept = channels.filter(({ mode }) => mode === 'keep');
  return {
    delivery,
    troubles,
    finish: async () => {
      const live = await delivery.finishLive();
      return delivery.finishStored(async () => ({
        ...{ duration_ms: 3_600_000, active_ms: 3_600_000 },
        channels: [...kept.map(({ id }) => recording.manifestOf(id)), ...live],
      }));
    },
  };
}
