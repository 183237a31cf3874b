import { en } from '../words/en.ts';
import { pseudo } from './pseudo.ts';

/** Takes the place of words/es.ts in the page of journey/languages.test.ts. */
export const es = pseudo(en);
