// A second click on a button while the first is on its way would do the same again.
const sent = new WeakMap();
document.addEventListener('submit', (event) => {
  const button = event.submitter ?? event.target;
  if (event.defaultPrevented || event.target.method !== 'post') return;
  if (event.timeStamp - (sent.get(button) ?? -Infinity) < 3000) event.preventDefault();
  else sent.set(button, event.timeStamp);
});

// A button beside each block of code that copies it. Nothing depends on this.
for (const pre of document.querySelectorAll('main pre:not(.diff)')) {
  const box = document.createElement('div');
  box.className = 'code';
  pre.replaceWith(box);
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = 'Copy';
  button.setAttribute('aria-live', 'polite');
  box.append(pre, button);

  // The clipboard's own interface exists only on https and this machine.
  const copySelection = () => {
    const selection = getSelection();
    selection.selectAllChildren(pre);
    const done = document.execCommand('copy');
    selection.removeAllRanges();
    return done;
  };
  button.addEventListener('click', async () => {
    let copied;
    try {
      await navigator.clipboard.writeText(pre.textContent.replace(/\n$/, ''));
      copied = true;
    } catch {
      copied = copySelection();
    }
    button.textContent = copied ? 'Copied' : 'Press Ctrl+C';
    if (!copied) getSelection().selectAllChildren(pre);
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
}
