import type { Face } from '../store/face.ts';
import { words } from '../words.ts';
import { clock } from './format.ts';
import { heroFor } from './hero.ts';
import { lampOf } from './lamp.ts';

/** The title of the window carries the same lamp and the same big fact: `● 41:07 Tallylight`. */
export function titleFor(face: Face, elapsed: number): string {
  const { fact } = heroFor(face);
  return `${words.lampSign[lampOf(face)]} ${fact === 'elapsed' ? clock(elapsed) : fact} ${words.product}`;
}
