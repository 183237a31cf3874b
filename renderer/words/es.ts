import { ES } from '../../contract/spoken/es.ts';
import type { Words } from './en.ts';
import { channels } from './es/channels.ts';
import { consent } from './es/consent.ts';
import { notes } from './es/notes.ts';
import { settings } from './es/settings.ts';
import { states } from './es/states.ts';

export const es: Words = { ...states, ...channels, ...consent, ...notes, ...settings, spoken: ES };
