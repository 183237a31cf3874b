import type { AuditEvent } from '../../contract/audit.ts';
import type { ErrorCode } from '../../contract/errors.ts';
import type { TallylightError } from '../../contract/result.ts';
import { isTlsTrouble } from '../../contract/tls-trouble.ts';
import { openAuditLog } from '../../main/audit/log.ts';
import { givenGrant } from '../../main/auth/your-backend.ts';
import { openUplink, type Uplink } from '../../main/delivery/uplink.ts';
import type { Grant } from '../../main/host.ts';
import { sendSettings } from '../../main/network/send-settings.ts';
import { secureTls } from '../../main/network/tls.ts';
import { policyKeeper } from '../../main/policy/keeper.ts';
import { deliverPending } from '../../main/session/pending.ts';
import type { Command } from './command.ts';
import { clientDir } from './data-dir.ts';
import { tellDelivered, tellUndelivered } from './deliver-text.ts';
import { grantIn } from './given-grant.ts';
import { type Opened, openVault } from './open-vault.ts';
import { type Printer, printer } from './print.ts';
import { withSending } from './with-sending.ts';

/** How long a service that does not answer is waited for. */
const PATIENCE_MS = 15_000;
const REFUSED: ReadonlySet<ErrorCode> = new Set(['token-expired', 'not-authorised']);

/** Sends one recording that is kept on this device to its session, with a fresh token for that one. */
export const deliver: Command = {
  options: ['json', 'data', 'server', 'session', 'token', 'max-upload'],
  run: async (values) => {
    const out = printer(values.json === true);
    const grant = grantIn(values);
    if (!grant.ok) return out.failed(grant.error);
    const sending = sendSettings(withSending(values));
    if (!sending.ok) return out.failed(sending.error);
    const secured = secureTls(process.env);
    if (!secured.ok) return out.failed(secured.error);
    const dataDir = values.data ?? clientDir();
    const opened = await openVault(dataDir);
    if (!opened.ok) return out.failed(opened.error);
    try {
      // Whoever gives this command wants it sent now, on whatever network.
      const uplink = openUplink({ maxKbit: sending.value.maxKbit });
      return await deliverFrom({ ...opened.value, dataDir, uplink }, grant.value, out);
    } finally {
      opened.value.lock.release();
    }
  },
};

/** Waiting for it is in vain: there is no other token, or somebody has to mend the service first. */
function isFinal({ code }: TallylightError): boolean {
  return REFUSED.has(code) || isTlsTrouble(code);
}

async function deliverFrom(
  { vault, secrets, dataDir, uplink }: Opened & { readonly dataDir: string; readonly uplink: Uplink },
  grant: Grant,
  out: Printer,
): Promise<number> {
  const { sessionId } = grant;
  const before = await vault.facts(sessionId);
  if (!before.ok) return out.failed(before.error);
  const now = () => new Date();
  const log = await openAuditLog(dataDir, now, secrets);
  if (!log.ok) return out.failed(log.error);

  const events: AuditEvent[] = [];
  const troubles: TallylightError[] = [];
  async function audit(event: AuditEvent): Promise<void> {
    events.push(event);
    const written = log.ok ? await log.value.write('tallylight', event) : log;
    if (!written.ok) troubles.push(written.error);
  }
  const debug = (event: string, fields?: object) => {
    if (process.env.TALLYLIGHT_DEBUG !== undefined) out.json({ event, ...fields }, 'stderr');
  };
  let hindrance: TallylightError | undefined;
  let patience: NodeJS.Timeout | undefined;
  const delivery = deliverPending(sessionId, {
    vault,
    policies: policyKeeper({ dataDir, env: process.env, log: debug, now, audit }),
    connection: givenGrant(grant),
    log: debug,
    audit,
    now,
    uplink,
    trouble: (error) => void troubles.push(error),
    watch: {
      change: () => {
        hindrance = undefined;
        clearTimeout(patience);
        patience = undefined;
      },
      hindered: (error) => {
        hindrance = error;
        if (isFinal(error)) delivery.close();
        else patience ??= setTimeout(delivery.close, PATIENCE_MS);
      },
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, delivery.close);
  const done = await delivery.done;
  clearTimeout(patience);
  return done.ok
    ? tellDelivered({ before: before.value, events, troubles }, out)
    : tellUndelivered(
        done.error.code === 'delivery-incomplete' ? (hindrance ?? done.error) : done.error,
        out,
      );
}
