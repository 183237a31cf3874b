import { type Html, html, NOTHING } from './html.ts';

export type Column<T> = {
  readonly head: string;
  readonly cell: (row: T) => Html | string;
  /** The cell that names its row. */
  readonly isName?: boolean;
  readonly isNumber?: boolean;
};

/**
 * A table with a caption. Where there is little room a row becomes a card; the roles are written out because a browser
 * forgets them when the boxes are no longer those of a table.
 */
export function table<T>(
  { caption, isCaptionSeen = false }: { readonly caption: string; readonly isCaptionSeen?: boolean },
  columns: readonly Column<T>[],
  rows: readonly T[],
): Html {
  return html`<table class="card table" role="table">
<caption class="${isCaptionSeen ? 'caption' : 'unseen'}">${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(
    ({ head, isNumber }) =>
      html`<th scope="col" role="columnheader"${isNumber ? html` class="number"` : NOTHING}>${head}</th>`,
  )}</tr></thead>
<tbody role="rowgroup">${rows.map((row) => html`<tr role="row">${columns.map((column) => cellOf(column, row))}</tr>`)}</tbody>
</table>`;
}

function cellOf<T>({ head, cell, isName = false, isNumber = false }: Column<T>, row: T): Html {
  const content = html`<span class="cell">${cell(row)}</span>`;
  if (isName) return html`<th scope="row" role="rowheader" data-head="${head}">${content}</th>`;
  return html`<td role="cell" data-head="${head}"${isNumber ? html` class="number"` : NOTHING}>${content}</td>`;
}

/** `wide`: it takes a whole line where others stand two in one. */
export type Fact = readonly [about: string, said: Html | string, wide?: 'wide'];

/** What is known of one thing. */
export function facts(list: readonly Fact[]): Html {
  return html`<dl class="card facts">${list.map(
    ([about, said, wide]) =>
      html`<div class="${wide === undefined ? 'fact' : 'fact-wide'}"><dt>${about}</dt><dd>${said}</dd></div>`,
  )}</dl>`;
}

/** The way to what comes after; nothing where this was all. */
export function older(to: string | null, words: string): Html {
  return to === null ? NOTHING : html`<p class="older"><a href="${to}" rel="next">${words}</a></p>`;
}
