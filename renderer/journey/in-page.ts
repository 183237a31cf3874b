/** What the tests look at on a page that is drawn. Each runs in the page and knows nothing from outside. */

/** Every text a person can read or hear: the page's own, names for who does not see, and the title. */
export function textsOnPage(): string[] {
  const texts: string[] = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
    if (node.parentElement?.closest('noscript') === null) texts.push(node.textContent ?? '');
  for (const name of ['aria-label', 'aria-valuetext', 'aria-description', 'placeholder', 'alt'])
    for (const one of document.querySelectorAll(`[${name}]`)) texts.push(one.getAttribute(name) ?? '');
  return texts.filter((text) => text.trim() !== '');
}

/** Everything that can be unfolded, so that it can be looked at. */
export function unfold(): void {
  for (const one of document.querySelectorAll('details')) one.open = true;
}

/**
 * What is not all there to be read: text that is cut off, runs out of the panel, or lies under other text. Left out is what
 * ends in an ellipsis on purpose and says everything in its title or elsewhere (`.badge-long`, the names in rows).
 */
export function unreadable(): string[] {
  const found: string[] = [];
  const label = (one: Element) => `${one.className || one.tagName}: ${(one.textContent ?? '').slice(0, 60)}`;
  const isUnseen = (one: Element) => one.closest('.unseen') !== null;
  const holders = [...document.querySelectorAll('body *')].filter(
    (one) =>
      !isUnseen(one) &&
      one.checkVisibility() &&
      one.closest('svg, noscript') === null &&
      [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== ''),
  );
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page is wider than its panel');
  const boxes: { readonly one: Element; readonly rects: DOMRect[] }[] = [];
  for (const one of holders) {
    const own = [...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
    const rects = own.flatMap((node) => {
      const range = document.createRange();
      range.selectNodeContents(node);
      return [...range.getClientRects()].filter(({ width, height }) => width > 0 && height > 0);
    });
    if (rects.length === 0) continue;
    if (rects.some(({ left, right }) => left < -0.5 || right > innerWidth + 0.5))
      found.push(`out: ${label(one)}`);
    const clips =
      getComputedStyle(one).overflow !== 'visible' && one.closest('.badge-long, .row h3, textarea') === null;
    if (clips && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
      found.push(`cut: ${label(one)}`);
    if (one.closest('.bar') === null) boxes.push({ one, rects });
  }
  for (const [index, { one, rects }] of boxes.entries())
    for (const other of boxes.slice(index + 1)) {
      if (one.contains(other.one) || other.one.contains(one)) continue;
      const overlap = rects.some((a) =>
        other.rects.some(
          (b) =>
            Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
            Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4,
        ),
      );
      if (overlap) found.push(`over each other: ${label(one)} | ${label(other.one)}`);
    }
  return found;
}
