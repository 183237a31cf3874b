import { kindOf } from '../../../contract/channel.ts';
import type { StreamRecord } from '../../store/records.ts';
import { code, given, type Html, html } from './html.ts';

const KIND_WORDS = { mic: 'Microphone', system_audio: 'System audio', display: 'Display' } as const;

/** What a channel is called, and its id. */
export function channelName({ channelId, channelName: name }: StreamRecord): Html {
  return html`${given(name ?? KIND_WORDS[kindOf(channelId)])} ${code(channelId)}`;
}
