import type { TallylightError } from '../../contract/result.ts';
import type { Told } from '../../contract/spoken/told.ts';
import { words } from '../words.ts';

/** What is told of an error in the language of the face, whatever the words were that it came with. */
export function errorWords({ code, meaning }: Pick<TallylightError, 'code' | 'meaning'>): Told {
  const { message, action } =
    meaning === undefined ? words.spoken.errors[code] : words.spoken.meanings[meaning];
  return { message, action };
}
