import { describe, expect, test } from 'vitest';
import { readAuditLog } from '../../main/audit/log.ts';
import { refusal, startTestService, type TestService } from '../../main/delivery/test-service.ts';
import {
  done,
  noteStart,
  TEST_SESSION,
  testFacts,
  testFolder,
  testFragment,
  testVault,
} from '../../main/vault/test-vault.ts';
import { tallylight } from './test-cli.ts';

const MIC = 'mic:default';

/** A recording of which the service has nothing yet, and the command that sends it. */
async function kept() {
  const [dataDir, service] = [await testFolder(), await startTestService(TEST_SESSION)];
  const stream = service.stream(MIC);
  await noteStart(dataDir, TEST_SESSION);
  const vault = await testVault(dataDir);
  const [mic] = testFacts().channels;
  if (mic === undefined) throw new Error('no channel');
  const facts = { server: service.url, channels: [{ ...mic, rtstreamId: stream.id }] };
  const recording = done(await vault.create(testFacts(facts)));
  for (const sequence of [0, 1, 2]) done(await recording.append(testFragment({ sequence })));
  await recording.close();
  const where = ['--server', service.url, '--session', TEST_SESSION, '--data', dataDir];
  const deliver = (token = service.grant().token, ...more: string[]) =>
    tallylight(['deliver', ...where, ...more], { TALLYLIGHT_TOKEN: token });
  const story = async () => done(await readAuditLog(dataDir)).map(({ event }) => event.type);
  return { dataDir, service, vault, deliver, story };
}

/** The service refuses every token but those that it issues from now on. */
function forgetTokens(service: TestService): void {
  service.tokens.clear();
  service.settings.mayRenew = false;
}

describe('deliver', () => {
  test('does not begin without a token, and says where to give it', async () => {
    const t = await kept();
    expect(await t.deliver('')).toMatchObject({ code: 4, err: expect.stringContaining('TALLYLIGHT_TOKEN') });
    expect(t.service.paths()).toEqual([]);
  });

  test('[P57] sends what is kept here, says that it is verified, and the next time that nothing is left', async () => {
    const t = await kept();
    const first = await t.deliver();
    expect(first).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        new RegExp(
          `^${TEST_SESSION} is delivered and verified: ${MIC} 3 frag.* The media service signed for it`,
        ),
      ),
    });
    expect(t.service.held(MIC)).toHaveLength(3);
    expect(t.service.settings.status).toBe('stopped');
    expect(done(await t.vault.facts(TEST_SESSION)).delivered).toBe(true);
    expect(await t.story()).toEqual([
      'session.started',
      'session.recovered',
      'channel.delivered',
      'session.complete',
    ]);
    const second = await t.deliver(undefined, '--json');
    expect(second.code).toBe(0);
    expect(JSON.parse(second.out)).toEqual({ event: 'delivered', id: TEST_SESSION, before: true });
  }, 30_000);

  test('[P55][P63] says that the service did not sign for it, and keeps it', async () => {
    const t = await kept();
    t.service.settings.deliveryJws = () => null;
    const { code, out, err } = await t.deliver();
    expect({ code, out }).toEqual({ code: 6, out: '' });
    expect(err).toContain('The media service did not sign for this recording as it is kept here.');
    expect(done(await t.vault.facts(TEST_SESSION)).delivered).toBe(false);
    expect(await t.story()).toEqual(['session.started', 'session.recovered']);
  }, 30_000);

  test('[P55] says what the service took and what is only here where it takes no more of it', async () => {
    const t = await kept();
    t.service.afterNext(/^PUT .*1\/0/, refusal('policy-forbids'));
    const { code, out, err } = await t.deliver();
    expect({ code, out, err }).toMatchObject({
      code: 6,
      out: expect.stringContaining(`delivered in part and verified: ${MIC} 1 of 3 fragments`),
      err: expect.stringContaining('takes no more of what was kept'),
    });
    expect(await t.deliver()).toMatchObject({ code: 6, err: expect.stringContaining('no other copy') });
  }, 30_000);

  test('[P17] says that it is erased here where the service signed that it was deleted', async () => {
    const t = await kept();
    t.service.settings.deleted = [{ session_id: TEST_SESSION, channel_id: null }];
    // The key of a service is pinned at the first meeting.
    t.service.next(/deletions$/, refusal('service-failed'));
    t.service.next(/deletions$/, refusal('service-failed'));
    t.service.next(/stop$/, refusal('session-ended'));
    t.service.next(/stop$/, refusal('session-ended'));
    expect(await t.deliver()).toMatchObject({ code: 6 });
    expect(await t.deliver()).toMatchObject({ code: 0, out: expect.stringContaining('erased here too') });
    expect(await t.vault.list()).toEqual([]);
  }, 30_000);

  test('says that it waits where the token is refused, and asks for another one', async () => {
    const t = await kept();
    forgetTokens(t.service);
    const { code, err } = await t.deliver('st-of-yesterday');
    expect({ code, err }).toMatchObject({
      code: 6,
      err: expect.stringMatching(/kept here, encrypted.*token has expired.*\n.*new token for this session/),
    });
    expect(err).not.toContain('st-of-yesterday');
    expect(await t.deliver()).toMatchObject({ code: 0 });
  }, 30_000);

  test('[P57] says that it waits where nothing answers, and what to check', async () => {
    const t = await kept();
    const { token } = t.service.grant();
    await t.service.down();
    expect(await t.deliver(token)).toMatchObject({
      code: 6,
      err: expect.stringMatching(/kept here, encrypted.*does not answer.*\nCheck the connection/),
    });
    expect(done(await t.vault.facts(TEST_SESSION)).delivered).toBe(false);
  }, 60_000);

  test('says that the copy here is the only one where the service does not know the session', async () => {
    const t = await kept();
    t.service.settings.over = 'session-unknown';
    const { code, err } = await t.deliver();
    expect({ code, err }).toMatchObject({
      code: 6,
      err: expect.stringMatching(/session-unknown.*\n.*no other copy/),
    });
    expect(await t.vault.list()).toEqual([TEST_SESSION]);
  }, 30_000);

  test.each([
    ['nothing of that session here', ['--session', 'cap-not-kept-here'], 2, 'no such recording'],
    ['no session', ['--session', 'x'], 2, 'an id like cap-…'],
    ['no address', ['--server', 'nonsense'], 2, 'an address like https://'],
    ['an address without TLS', ['--server', 'http://192.0.2.1'], 2, 'https://'],
    ['an empty token', ['--token', ''], 2, '--token has no value'],
    ['what is no token', ['--token', 'st-✂'], 4, 'letters that no token has'],
    ['a word too many', ['cap-other-one-1'], 2, 'takes no further word'],
  ])('does not begin with %s', async (_what, more, code, words) => {
    const t = await kept();
    expect(await t.deliver(undefined, ...more)).toMatchObject({
      code,
      out: '',
      err: expect.stringContaining(words),
    });
    expect(t.service.paths()).toEqual([]);
  });
});
