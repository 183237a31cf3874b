import { Notification } from 'electron/main';
import type { Snapshot } from '../../contract/bridge/snapshot.ts';
import { errorWords, isRunning, isTroubled, modeLines, nameOf } from './sight.ts';
import type { Tongue } from './words.ts';

/** What is worth a word to somebody who looks elsewhere. Without titles: it may be read on a lock screen. */
export type Notice = { readonly title: string; readonly body: string };

/** What happened between two snapshots. */
export function noticesBetween(before: Snapshot, after: Snapshot, tongue: Tongue): readonly Notice[] {
  const { notice } = tongue.words;
  const [was, is] = [before.session.state, after.session.state];
  const found: Notice[] = [];
  if (was === 'starting' && is === 'recording')
    found.push({ title: notice.started, body: modeLines(after, tongue).join('. ') });
  if (isRunning(after)) found.push(...troublesBetween(before, after, tongue));
  if (is === 'failed' && isRunning(before))
    found.push({
      title: notice.ended,
      body: after.trouble === null ? '' : errorWords(after.trouble, tongue).message,
    });
  if (was === 'delivering' && is === 'complete' && after.channels.some(({ mode }) => mode === 'keep'))
    found.push({ title: notice.delivered, body: tongue.words.nothing });
  return found;
}

function troublesBetween(before: Snapshot, after: Snapshot, tongue: Tongue): readonly Notice[] {
  const { words, spoken } = tongue;
  const code = ({ channels }: Snapshot, id: string) => channels.find((one) => one.id === id)?.trouble?.code;
  return after.channels.flatMap((channel): Notice[] => {
    const { trouble, id } = channel;
    if (trouble === null || !isTroubled(channel) || code(before, id) === trouble.code) return [];
    const name = nameOf(channel, tongue);
    if (trouble.code === 'channel-silent')
      return [{ title: words.notice.silent(name), body: words.notice.goesOn }];
    const { message } = errorWords(trouble, tongue);
    return [{ title: spoken.lamp.trouble, body: words.troubled(name, message) }];
  });
}

export type NoticeParts = {
  /** Whether the person is looking at the app already. */
  readonly isFocused: () => boolean;
  readonly open: () => void;
};

/** Tells it by the system; each trouble of a channel once a recording, however often it comes and goes. */
export function tellNotices({ isFocused, open }: NoticeParts): (snapshot: Snapshot, tongue: Tongue) => void {
  const showing = new Set<Notification>();
  let before: Snapshot | undefined;
  let told = new Set<string>();

  function show({ title, body }: Notice): void {
    const made = new Notification({ title, body, silent: true });
    // What nobody holds is collected, and its click with it.
    showing.add(made);
    made.on('click', open);
    made.on('close', () => showing.delete(made));
    made.show();
  }

  return (snapshot, tongue) => {
    const last = before;
    before = snapshot;
    if (last === undefined) return;
    if (last.session.id !== snapshot.session.id) told = new Set();
    const isWanted = snapshot.settings.chosen.notifications && Notification.isSupported();
    for (const notice of noticesBetween(last, snapshot, tongue)) {
      const key = JSON.stringify(notice);
      if (told.has(key)) continue;
      told.add(key);
      if (isWanted && !isFocused()) show(notice);
    }
  };
}
