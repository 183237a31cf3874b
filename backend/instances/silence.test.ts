import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { takeOf } from '../trial/media.ts';
import { type PostgresServer, startPostgres } from '../trial/postgres.ts';
import { deliver, put, started } from '../trial/recorder.ts';
import { trial } from '../trial/service.ts';

let database: PostgresServer;
beforeAll(() => {
  database = startPostgres();
});
afterAll(async () => {
  await database?.stop();
});

/** A way to the database on which everything that is sent gets lost once it is silenced; connections stay. */
async function silenceable(): Promise<{
  readonly url: string;
  readonly silence: (isSilent: boolean) => void;
}> {
  const folder = new URL(database.url).searchParams.get('host');
  const ends = new Set<Socket>();
  let isSilenced = false;
  const proxy = createServer((near) => {
    const far = connect(`${folder}/.s.PGSQL.5432`);
    const pairs = [
      { from: near, to: far },
      { from: far, to: near },
    ];
    for (const { from, to } of pairs) {
      ends.add(from);
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
      from.on('data', (bytes) => isSilenced || to.write(bytes));
    }
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    for (const end of ends) end.destroy();
    proxy.close();
  });
  const { port } = proxy.address() as AddressInfo;
  return {
    url: `postgres://tallylight@127.0.0.1:${port}/postgres`,
    silence: (isSilent) => {
      isSilenced = isSilent;
    },
  };
}

test('[P30] a database that falls silent fails what is asked, and none of its silent connections is used again', async () => {
  const { url, silence } = await silenceable();
  const service = await trial({ databaseUrl: url, databaseAnswerMs: 1000 });
  onTestFinished(() => silence(false));
  const { token, streams } = await started(service, service.key, '+mic:default');
  const [mic = ''] = streams;
  const [init, one, ...rest] = takeOf({ seconds: 3 });
  if (init === undefined || one === undefined) throw new Error('there are two');
  await deliver(service, mic, [init], token);
  const healthOf = async () => (await fetch(`${service.url}/healthz`)).status;
  const crowd = Array.from({ length: 30 }, healthOf);
  expect(await Promise.all(crowd)).toEqual(crowd.map(() => 200));

  silence(true);
  expect(await Promise.all(crowd.map(healthOf))).toEqual(crowd.map(() => 500));
  expect(await put(service, mic, one, token)).toMatchObject({ status: 500, error_code: 'internal' });

  silence(false);
  expect(await Promise.all(crowd.map(healthOf))).toEqual(crowd.map(() => 200));
  await deliver(service, mic, [one, ...rest], token);
});
