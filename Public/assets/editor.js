// Makes the editor nicer; it works without. A preview beside the typing, a draft that outlives the tab,
// and a question before what was typed is left behind.
const form = document.querySelector('form.editor');
// Buttons are named "action", which hides the form's own property.
const address = form.getAttribute('action');
const key = 'fixbook draft ' + address + ' ' + (form.elements.issue?.value ?? '');

const entries = () => [...new FormData(form)].filter(([, value]) => typeof value === 'string');
const state = () => JSON.stringify(entries());
const atFirst = state();
let isLeaving = false;

function stored() {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
}

function store(draft) {
  try {
    if (draft) localStorage.setItem(key, JSON.stringify(draft)); else localStorage.removeItem(key);
  } catch { /* private windows have no store */ }
}

const keep = (isSent = false) => store({ at: Date.now(), fields: entries(), isSent });
const later = (wait, work) => {
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(work, wait); };
};

// What was typed here before and never saved.
function offer(draft) {
  const box = document.createElement('div');
  box.className = 'notice';
  const text = document.createElement('p');
  text.textContent = `Something that you typed here on ${new Date(draft.at).toLocaleString()} was not saved.`;
  const row = document.createElement('p');
  row.className = 'row';
  const button = (name, work) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = name;
    made.addEventListener('click', work);
    row.append(made);
  };
  button('Bring it back', () => {
    // By way of the server, which knows how to show it.
    const copy = document.createElement('form');
    copy.method = 'post';
    copy.setAttribute('action', address);
    for (const [name, value] of [...draft.fields, ['action', 'preview']]) {
      const field = document.createElement('textarea');
      field.name = name;
      field.value = value;
      copy.append(field);
    }
    copy.hidden = true;
    document.body.append(copy);
    isLeaving = true;
    HTMLFormElement.prototype.submit.call(copy);
  });
  button('Throw it away', () => { store(null); box.remove(); });
  box.append(text, row);
  form.before(box);
}

const draft = stored();
const value = (name) => draft?.fields.find((field) => field[0] === name)?.[1];
if ('fresh' in form.dataset && draft) {
  // Sent, and there is a newer revision: it was saved.
  const wasSaved = draft.isSent && value('base') !== form.elements.base?.value;
  if (wasSaved || JSON.stringify(draft.fields) === atFirst) store(null);
  else offer(draft);
}

async function preview() {
  const body = new URLSearchParams(entries());
  body.set('action', 'preview');
  let page;
  try {
    const answer = await fetch(address, { method: 'POST', body, headers: { Accept: 'text/html' } });
    if (!answer.ok) return;
    page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  } catch { return; }
  for (const place of ['#mistakes', '.preview']) {
    const fresh = page.querySelector(place);
    const old = document.querySelector(place);
    if (fresh) fresh.removeAttribute('role');
    if (fresh && old) old.replaceWith(fresh);
    else if (fresh) form.before(fresh);
    else old?.remove();
  }
}

const keepLater = later(400, () => keep());
const previewLater = later(700, preview);
form.addEventListener('input', () => {
  keepLater();
  if ('live' in form.dataset) previewLater();
});

// Rows change places here; the server does it where there is no script.
const belongings = { fix: ['fix', 'verify', 'kind', 'risk'], sample: ['sample', 'means'] };
function exchange(way, row, number) {
  const other = way === 'up' ? number - 1 : number + 1;
  for (const name of belongings[row] ?? [row]) {
    const [one, two] = [number, other].map((n) => form.elements[`${name}-${n}`]);
    if (!one || !two) return;
    [one.value, two.value] = [two.value, one.value];
    if (one.rows) [one.rows, two.rows] = [two.rows, one.rows];
  }
  const button = (name) => form.querySelector(`button[value="${name}-${row}-${other}"]`);
  (button(way) ?? button(way === 'up' ? 'down' : 'up'))?.focus();
  form.dispatchEvent(new Event('input'));
}

form.addEventListener('submit', (event) => {
  const [way, row, number] = (event.submitter?.value ?? '').split('-');
  if (number) {
    event.preventDefault();
    exchange(way, row, Number(number));
    return;
  }
  isLeaving = true;
  keep((event.submitter?.value ?? 'save') === 'save');
});
addEventListener('beforeunload', (event) => {
  if (!isLeaving && state() !== atFirst) event.preventDefault();
});
