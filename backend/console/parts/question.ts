import type { Call, Page } from '../page.ts';
import { csrfField } from './fields.ts';
import { type Html, html, NOTHING } from './html.ts';

export type Question = {
  readonly title: string;
  /** What will be gone or different. */
  readonly says: readonly (Html | string)[];
  /** Where the form goes. */
  readonly action: string;
  readonly fields?: Html;
  /** What the button does, in words. */
  readonly yes: string;
  readonly back: string;
  readonly status?: number;
};

/** A page that says what is about to happen, and does it only then. */
export function question({ pass }: Call, of: Question): Page {
  return {
    kind: 'page',
    title: of.title,
    ...(of.status === undefined ? {} : { status: of.status }),
    content: html`<div class="card form-card"><ul class="says">${of.says.map((each) => html`<li>${each}</li>`)}</ul>
<form method="post" action="${of.action}">${csrfField(pass.csrf)}${of.fields ?? NOTHING}
<p class="actions"><button class="action action-go">${of.yes}</button> <a class="quiet" href="${of.back}">Leave it as it is</a></p></form></div>`,
  };
}
