import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { startAzure } from '../trial/servers/azure.ts';
import { makeCertificate } from '../trial/servers/certificate.ts';
import { startFtp } from '../trial/servers/ftp.ts';
import { startGcs } from '../trial/servers/gcs.ts';
import { startProxy } from '../trial/servers/proxy.ts';
import { startS3 } from '../trial/servers/s3.ts';
import type { StoreServer } from '../trial/servers/server.ts';
import { startSftp } from '../trial/servers/sftp.ts';
import { type DestinationPlace, destinationPlace } from './destination.ts';
import { sealCredentials } from './sealed.ts';
import { probe } from './transfer.ts';

const secret = () => randomBytes(20).toString('hex');

function tryOut(server: StoreServer, place: DestinationPlace) {
  const key = randomBytes(32);
  const sealedCredentials = sealCredentials(key, server.credentials);
  return probe({ place, sealedCredentials, key }, new AbortController().signal);
}

async function certified(name?: string) {
  const certificate = await makeCertificate(name);
  onTestFinished(() => rm(certificate.folder, { recursive: true }));
  return certificate;
}

const REFUSED = {
  error: { code: 'destination-refused', detail: expect.stringMatching(/^certificate: [A-Z_]+$/) },
};

test.each<[string, () => Promise<StoreServer>]>([
  ['S3', () => startS3(secret(), secret())],
  ['Azure Blob', () => startAzure('trial', randomBytes(64).toString('base64'))],
  ['Google Cloud Storage', () => startGcs('https')],
])(
  '[P23] %s: a certificate that nobody vouches for, or for another name, gets nothing',
  async (_name, start) => {
    const server = await start();
    onTestFinished(() => server.stop());
    const [own, foreign] = [await certified(), await certified('DNS:elsewhere.example')];
    const fronts = await Promise.all([startProxy(server.port, own), startProxy(server.port, foreign)]);
    onTestFinished(async () => void (await Promise.all(fronts.map((front) => front.stop()))));
    const [ownPort = 0, foreignPort = 0] = fronts.map(({ port }) => port);
    expect(await tryOut(server, secured(server.place(ownPort)))).toMatchObject(REFUSED);
    expect(await tryOut(server, secured(server.place(foreignPort), foreign.ca))).toMatchObject(REFUSED);
    expect(await tryOut(server, secured(server.place(ownPort), own.ca))).toMatchObject({ ok: true });
    expect(fronts[1]?.passed()).toBe(0);
  },
);

function secured(place: DestinationPlace, ca?: string): DestinationPlace {
  if (!('endpoint' in place) || place.endpoint === undefined) throw new Error('it has an endpoint');
  const endpoint = place.endpoint.replace('http:', 'https:');
  return destinationPlace.parse({ ...place, endpoint, ca });
}

test('[P23] FTPS: the same, before the password is said', async () => {
  const server = await startFtp(secret(), await certified());
  onTestFinished(() => server.stop());
  const { ca: _own, ...place } = server.place(server.port) as DestinationPlace & { kind: 'ftp' };
  expect(await tryOut(server, place)).toMatchObject(REFUSED);
  const other = await certified();
  expect(await tryOut(server, { ...place, ca: other.ca })).toMatchObject(REFUSED);
});

test('[P23] SFTP: whichever of its keys is pinned is the host; another is not', async () => {
  const server = await startSftp();
  onTestFinished(() => server.stop());
  const place = server.place(server.port) as DestinationPlace & { kind: 'sftp' };
  expect(new Set(server.hostKeys).size).toBe(3);
  for (const hostKeySha256 of server.hostKeys)
    expect(await tryOut(server, { ...place, hostKeySha256 })).toMatchObject({ ok: true });
  const hostKeySha256 = `SHA256:${'A'.repeat(43)}`;
  expect(await tryOut(server, { ...place, hostKeySha256 })).toMatchObject({
    error: { code: 'destination-refused', detail: 'host key: not the one that is pinned' },
  });
});
