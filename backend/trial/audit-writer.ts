import { anchorAt, anchorPlace } from '../audit/anchor.ts';
import { newAudit } from '../audit/log.ts';
import { openData } from '../opened.ts';
import { signerWith } from '../secrets/signer.ts';
import { newTurns } from '../turns.ts';

/** A process of its own that writes to the audit log of a data folder: `node audit-writer.ts FOLDER COUNT`. */
const [dataDir = '', count = '0'] = process.argv.slice(2);
const opened = await openData({ dataDir }, {});
if (!opened.ok) throw new Error(opened.error.message);
const { store, keyring } = opened.value;
const clock = Date.now;
const needs = { store, signer: await signerWith(keyring.signingKey), clock, log: () => undefined };
const audit = newAudit(store, newTurns(), clock, anchorAt(anchorPlace({ dataDir }), needs));
for (let index = 0; index < Number(count); index++)
  await audit.note({
    ...{ tenantId: 'default', actor: `key:${process.pid}`, action: 'video.download', object: `vid-${index}` },
    ...{ outcome: 'done', reason: '' },
  });
await store.close();
