import { app, dialog } from 'electron/main';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { languageFor } from '../../contract/language.ts';
import type { TallylightError } from '../../contract/result.ts';
import type { Capture } from '../../main/host.ts';
import { ask } from './ask.ts';
import type { DesktopCapture } from './capture.ts';
import type { HeldConnection } from './connection.ts';
import { type ConnectLink, connectLinkOf } from './deep-link.ts';
import { causeOf, log } from './log.ts';
import type { Parts } from './parts.ts';
import { errorWords } from './sight.ts';
import type { AppWindow } from './window.ts';
import { type Tongue, tongueOf, type Words } from './words.ts';

/** What the person reads before anything is sent, and what they may answer. Cancel is where the Enter key is. */
type Question = { readonly message: string; readonly detail: string; readonly buttons?: readonly string[] };

export type ConnectParts = DesktopCapture &
  Pick<Parts, 'secretForCode'> & { readonly window: AppWindow; readonly held: HeldConnection };

/**
 * What becomes of a link: the person is shown which address it is for, and only their word sends its code there. One at a
 * time; whatever else is opened meanwhile is dropped. Neither link nor code is ever logged.
 */
export function offerToConnect(parts: ConnectParts): (text: string) => void {
  const { window, held, secretForCode } = parts;
  let isBusy = false;

  async function box({ message, detail, buttons }: Question, words: Words): Promise<boolean> {
    window.show();
    const shown = buttons ?? [words.connect.close];
    const { response } = await dialog.showMessageBox(window.window, {
      type: buttons === undefined ? 'info' : 'question',
      message,
      detail,
      buttons: [...shown],
      defaultId: shown.length - 1,
      cancelId: shown.length - 1,
      noLink: true,
    });
    return buttons !== undefined && response === 0;
  }

  async function offer(text: string): Promise<void> {
    const capture = await parts.capture;
    const snapshot = latestOf(capture);
    const preferred = app.getPreferredSystemLanguages();
    const tongue = tongueOf(languageFor(snapshot.settings.chosen.language, preferred), preferred);
    const { words } = tongue;
    const { connect } = words;
    const link = connectLinkOf(text);
    const backend = link === undefined ? null : (link.backend ?? held.fixed ?? held.backend());
    if (link === undefined || backend === null) {
      log('link.refused', { why: link === undefined ? 'form' : 'no-address' });
      await box(link === undefined ? connect.noLink : connect.noAddress, words);
      return;
    }
    if (held.fixed !== null && backend !== held.fixed) {
      log('link.refused', { why: 'another-address' });
      await box(connect.isSet(held.fixed, backend), words);
      return;
    }
    const before = held.backend();
    const isAgreed = await box(
      { ...connect.question(backend, before), buttons: [connect.yes, connect.no] },
      words,
    );
    if (isAgreed) await exchange({ link, backend, before }, capture, tongue);
  }

  async function exchange(
    { link, backend, before }: { link: ConnectLink; backend: string; before: string | null },
    capture: Capture,
    tongue: Tongue,
  ): Promise<void> {
    const { words } = tongue;
    const secret = await secretForCode(backend, link.code);
    if (!secret.ok) return tellFailed(secret.error, tongue);
    const connected = { backend, secret: secret.value };
    held.use(connected);
    const kept = await parts.keep(connected);
    const { session, terms } = latestOf(capture);
    log('link.connected', { kept: kept.ok && kept.value });
    if (session.state === 'idle') await ask(capture, 'channels.refresh');
    else if (session.state === 'failed') await ask(capture, 'session.renew');
    const isLater = before !== backend && before !== null && session.state !== 'failed' && terms !== null;
    await box(words.connect.done(backend, { isLater, isKept: kept.ok && kept.value }), words);
  }

  async function tellFailed(error: TallylightError, tongue: Tongue): Promise<void> {
    log('link.failed', { code: error.code });
    await box(tongue.words.connect.failed(errorWords(error, tongue)), tongue.words);
  }

  return (text) => {
    if (isBusy) return;
    isBusy = true;
    offer(text)
      .catch((error: unknown) => log('link.bug', { cause: causeOf(error) }))
      .finally(() => {
        isBusy = false;
      });
  };
}

/** `onSnapshot` calls back at once. */
function latestOf(capture: Capture): Snapshot {
  let latest: Snapshot | undefined;
  capture.onSnapshot((snapshot) => {
    latest = snapshot;
  })();
  if (latest === undefined) throw new Error('a capture has a snapshot at any time');
  return latest;
}
