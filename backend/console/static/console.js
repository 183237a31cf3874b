// Keeps what says `data-refresh` up to date, every two seconds and only while somebody can see it. Without this script the
// page is right as of when it was opened.
const EVERY_MS = 2000;

for (const region of document.querySelectorAll('[data-refresh]')) follow(region);

function follow(region) {
  let timer;
  const later = () => {
    clearTimeout(timer);
    if (document.visibilityState === 'visible') timer = setTimeout(look, EVERY_MS);
  };
  const look = async () => {
    try {
      const answer = await fetch(region.dataset.refresh, { redirect: 'manual' });
      // The end of signing in leads elsewhere: what is shown is old from now on, and says so.
      if (!answer.ok) return stale(region);
      show(region, await answer.text());
    } catch {
      region.classList.add('stale');
    }
    later();
  };
  document.addEventListener('visibilitychange', later);
  later();
}

function show(region, text) {
  const fresh = new DOMParser().parseFromString(text, 'text/html').body;
  region.classList.remove('stale');
  for (const next of fresh.querySelectorAll('[id]')) {
    const now = document.getElementById(next.id);
    if (now !== null && now.innerHTML !== next.innerHTML) replace(now, next);
  }
}

function replace(now, next) {
  const { activeElement } = document;
  const href = now.contains(activeElement) ? activeElement.getAttribute('href') : null;
  now.replaceChildren(...next.childNodes);
  if (href !== null) now.querySelector(`[href="${CSS.escape(href)}"]`)?.focus();
}

function stale(region) {
  region.classList.add('stale');
  const said = document.querySelector('[data-stale]');
  if (said !== null) said.hidden = false;
}
