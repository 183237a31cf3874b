import { expect, test } from 'vitest';
import { openAuditLog } from '../audit/log.ts';
import { keyFileSecrets } from '../vault/key-file.ts';
import { done, testFolder } from '../vault/test-vault.ts';
import { testRecorder } from './test-recorder.ts';

test('[P57] a take that is live only goes out once its number is in the audit log, from which it is known after a kill', async () => {
  const dataDir = await testFolder();
  const log = done(await openAuditLog(dataDir, () => new Date(), done(await keyFileSecrets(dataDir))));
  const isWritten = Promise.withResolvers<void>();
  const t = await testRecorder({
    dataDir,
    parts: {
      audit: {
        write: async (actor, event) => {
          if (event.type === 'take.started' && event.channelId === 'display:1') await isWritten.promise;
          return log.write(actor, event);
        },
      },
    },
  });
  done(await t.agree({ 'mic:default': 'keep', 'display:1': 'live' }));
  t.second();
  await t.service.when(() => t.service.held('mic:default').length === 2);
  expect(t.service.held('display:1')).toEqual([]);
  isWritten.resolve();
  await t.service.when(() => t.service.held('display:1').length === 2);
  expect(await t.story()).toContainEqual(
    expect.objectContaining({ type: 'take.started', channelId: 'display:1', take: 1 }),
  );
});
