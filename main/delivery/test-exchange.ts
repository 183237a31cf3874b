import { onTestFinished } from 'vitest';
import { ok } from '../../contract/result.ts';
import { TEST_SESSION } from '../vault/test-vault.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { type ServiceClient, serviceClient } from './service-client.ts';
import { startTestService, TEST_TOKEN, type TestService } from './test-service.ts';

/** A scripted service with a client and an exchange that waits as little as the schedule lets it. */
export async function testExchange(): Promise<{
  readonly service: TestService;
  readonly client: ServiceClient;
  readonly exchange: Exchange;
}> {
  const service = await startTestService(TEST_SESSION);
  const holder = { current: () => TEST_TOKEN, refresh: async () => ok(undefined), stop: () => undefined };
  const exchange = openExchange(holder, { connected: () => undefined }, () => 0);
  onTestFinished(exchange.close);
  return { service, client: serviceClient(service.url, TEST_SESSION), exchange };
}
