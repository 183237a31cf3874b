import { type Html, html, NOTHING } from './html.ts';

/** What is wrong with the fields of a form, by their names. */
export type Faults = { readonly [field: string]: string };

export type Field = {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | Html;
  readonly value?: string;
  readonly fault?: string | undefined;
  readonly type?: 'text' | 'password' | 'number' | 'url' | 'datetime-local';
  readonly autocomplete?: string;
  readonly isRequired?: boolean;
  readonly isWide?: boolean;
  /** Letters, not more. */
  readonly maxLength?: number;
};

/** A field with its label, its hint and what is wrong with it, which a screen reader hears with it. */
export function field(of: Field): Html {
  const { name, label, hint, value = '', fault, type = 'text', isRequired = false, maxLength } = of;
  return html`<div class="field${fault === undefined ? '' : ' field-wrong'}">
<label for="${name}">${label}${isRequired ? NOTHING : html` <span class="optional">optional</span>`}</label>
${hintOf(name, hint)}${faultOf(name, fault)}
<input id="${name}" name="${name}" type="${type}" value="${value}" autocomplete="${of.autocomplete ?? 'off'}" spellcheck="false"
class="${of.isWide === true ? 'wide' : type === 'number' ? 'short' : ''}"${maxLength === undefined ? NOTHING : html` maxlength="${maxLength}"`}${
    isRequired ? html` required` : NOTHING
  }${describedBy(name, hint, fault)}></div>`;
}

export function textarea(of: Field & { readonly rows: number }): Html {
  const { name, label, hint, value = '', fault, rows, isRequired = true } = of;
  return html`<div class="field${fault === undefined ? '' : ' field-wrong'}">
<label for="${name}">${label}${isRequired ? NOTHING : html` <span class="optional">optional</span>`}</label>
${hintOf(name, hint)}${faultOf(name, fault)}
<textarea id="${name}" name="${name}" rows="${rows}" class="wide"${isRequired ? html` required` : NOTHING}${describedBy(name, hint, fault)}>${value}</textarea></div>`;
}

export type Option = { readonly value: string; readonly label: string; readonly hint?: string };
export type Choice = {
  readonly name: string;
  readonly legend: string;
  readonly hint?: string | Html;
  readonly options: readonly Option[];
  readonly chosen: readonly string[];
  readonly fault?: string | undefined;
  readonly isRow?: boolean;
};

/** One of several, all of which are seen. */
export function radios(of: Choice): Html {
  return choices(of, 'radio');
}

/** Any of several. */
export function checks(of: Choice): Html {
  return choices(of, 'checkbox');
}

function choices({ name, legend, hint, options, chosen, fault, isRow }: Choice, type: string): Html {
  return html`<fieldset class="field${fault === undefined ? '' : ' field-wrong'}"${describedBy(name, hint, fault)}>
<legend>${legend}</legend>${hintOf(name, hint)}${faultOf(name, fault)}
<div class="${isRow === true ? 'choices choices-row' : 'choices'}">${options.map(
    ({ value, label, hint: about }, index) => html`<div class="choice">
<input type="${type}" id="${index === 0 ? name : `${name}-${value}`}" name="${name}" value="${value}"${
      chosen.includes(value) ? html` checked` : NOTHING
    }${about === undefined ? NOTHING : html` aria-describedby="${name}-${value}-about"`}>
<label for="${index === 0 ? name : `${name}-${value}`}">${label}</label>${
      about === undefined
        ? NOTHING
        : html`<span class="choice-about" id="${name}-${value}-about">${about}</span>`
    }</div>`,
  )}</div></fieldset>`;
}

export function select(of: Omit<Choice, 'isRow' | 'chosen'> & { readonly chosen: string }): Html {
  const { name, legend, hint, options, chosen, fault } = of;
  return html`<div class="field"><label for="${name}">${legend}</label>${hintOf(name, hint)}
<select id="${name}" name="${name}"${describedBy(name, hint, fault)}>${options.map(
    ({ value, label }) =>
      html`<option value="${value}"${value === chosen ? html` selected` : NOTHING}>${label}</option>`,
  )}</select></div>`;
}

/** What a form has to carry so that it is known to come from a page of ours. */
export function csrfField(csrf: string): Html {
  return hidden('csrf', csrf);
}

export function hidden(name: string, value: string): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}

/** What is wrong, each with the way to its field. It takes the focus, so that nobody has to look for it. */
export function faultSummary(faults: Faults): Html {
  const all = Object.entries(faults);
  if (all.length === 0) return NOTHING;
  return html`<div class="note note-wrong" role="alert" tabindex="-1" autofocus>
<h2>${all.length === 1 ? 'One thing has to be corrected' : `${all.length} things have to be corrected`}</h2>
<ul>${all.map(([name, fault]) => html`<li><a href="#${name}">${fault}</a></li>`)}</ul></div>`;
}

function hintOf(name: string, hint: string | Html | undefined): Html {
  return hint === undefined ? NOTHING : html`<p class="hint" id="${name}-hint">${hint}</p>`;
}

function faultOf(name: string, fault: string | undefined): Html {
  return fault === undefined ? NOTHING : html`<p class="fault" id="${name}-fault">${fault}</p>`;
}

function describedBy(name: string, hint: string | Html | undefined, fault: string | undefined): Html {
  const ids = [hint === undefined ? '' : `${name}-hint`, fault === undefined ? '' : `${name}-fault`];
  const said = ids.filter((id) => id !== '').join(' ');
  const invalid = fault === undefined ? NOTHING : html` aria-invalid="true"`;
  return said === '' ? NOTHING : html` aria-describedby="${said}"${invalid}`;
}
