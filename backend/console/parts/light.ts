import { type Html, html } from './html.ts';

/** What a lamp of the console can show; each has a shape and a word of its own, the colour only repeats it. */
export type Light =
  | 'live'
  | 'silent'
  | 'starting'
  | 'paused'
  | 'stopping'
  | 'stopped'
  | 'exported'
  | 'created'
  | 'failed';

export const LIGHT_WORDS: { readonly [L in Light]: string } = {
  live: 'Live',
  silent: 'Nothing arrives',
  starting: 'Starting',
  paused: 'Paused',
  stopping: 'Stopping',
  stopped: 'Stopped',
  exported: 'Exported',
  created: 'Not started',
  failed: 'Failed',
};

const ring = html`<circle cx="10" cy="10" r="6"/>`;
const SHAPES: { readonly [L in Light]: Html } = {
  live: html`<circle class="lamp-halo" cx="10" cy="10" r="10"/>${ring}`,
  silent: ring,
  starting: html`${ring}<circle class="lamp-dot" cx="10" cy="10" r="1.5"/>`,
  paused: html`<rect x="4.5" y="4" width="4" height="12" rx="1"/><rect x="11.5" y="4" width="4" height="12" rx="1"/>`,
  stopping: html`${ring}<rect x="7.5" y="7.5" width="5" height="5"/>`,
  stopped: ring,
  exported: html`${ring}<path d="M7 10l2 2 4-4"/>`,
  created: html`<path d="M5 10h10"/>`,
  failed: html`${ring}<path d="M8 8l4 4M12 8l-4 4"/>`,
};

/** The lamp with its word, which says it all; the drawing is silent. */
export function light(shown: Light, word = LIGHT_WORDS[shown]): Html {
  return html`<span class="light light-${shown}"><svg class="lamp" viewBox="0 0 20 20" aria-hidden="true">${SHAPES[shown]}</svg>${word}</span>`;
}

export function brandMark(): Html {
  return html`<svg class="lamp" viewBox="0 0 20 20" aria-hidden="true">${ring}</svg>`;
}
