import { words } from '../words.ts';
import type { Choice } from './choices.ts';
import { namesWith } from './choices.ts';
import { listOf } from './format.ts';

/** Exactly what will happen, in one or two sentences; empty when nothing is chosen. */
export function summaryOf(choices: readonly Choice[]): string {
  const kept = namesWith(choices, 'keep');
  const live = namesWith(choices, 'live');
  const sentences: string[] = [];
  if (kept.length > 0) sentences.push(words.summary.kept(listOf(kept)));
  else if (live.length > 0) sentences.push(words.summary.nothingKept);
  if (live.length > 0) sentences.push(words.summary.live(listOf(live), live.length));
  return sentences.join(' ');
}
