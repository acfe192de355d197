// Small steps on the document. Text only ever goes in as text, never as HTML.

const SVG = 'http://www.w3.org/2000/svg';

export const byId = (id) => document.getElementById(id);

/** A new element with attributes and children, which are elements or text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** A drawing of 16 by 16 units, which assistive technology leaves out: lines, and areas that are filled. */
export function sign(lines, className, areas = '') {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', `sign ${className}`);
  svg.setAttribute('aria-hidden', 'true');
  for (const [d, kind] of [[lines, 'line'], [areas, 'area']]) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    path.setAttribute('class', kind);
    svg.append(path);
  }
  return svg;
}

/** Changes nothing where nothing has changed, so that selections and screen readers are left in peace. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** The same for an attribute; null takes it away. */
export function setAttribute(node, name, value) {
  if (value === null) {
    node.removeAttribute(name);
  } else if (node.getAttribute(name) !== value) {
    node.setAttribute(name, value);
  }
}

/** The same for names and addresses, which break where their parts end. */
export function setAddress(node, text) {
  if (node.textContent !== text) {
    const parts = text.split(/(?<=[.:\/,])/).flatMap((part) => [part, element('wbr')]);
    node.replaceChildren(...parts.slice(0, -1));
  }
}

/** Has the text read out. */
export function say(text) {
  setText(byId('said'), text);
}

/** Moves the view and the focus to a part of the page. */
export function goTo(part) {
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  part.focus({ preventScroll: true });
  part.scrollIntoView({ block: 'start', behavior: calm ? 'auto' : 'smooth' });
}

/**
 * A button that asks once more, in its place, before it acts. Escape keeps things as they are. Where it is to be brief the
 * question is only said to those who do not see.
 */
export function askTwice({ label, name, question, yes, no, brief, act }) {
  const first = element('button', { type: 'button', class: 'quiet' }, label);
  first.setAttribute('aria-label', name);
  const keep = element('button', { type: 'button', class: 'quiet' }, no);
  const sure = element('button', { type: 'button', class: 'grave' }, yes);
  const asked = element('span', { class: 'asked', role: 'group', 'aria-label': question }, keep, sure);
  if (!brief) {
    asked.prepend(element('span', { class: 'question' }, question));
  }
  asked.hidden = true;
  const whole = element('span', { class: 'ask-twice' }, first, asked);

  const ask = (asking) => {
    first.hidden = asking;
    asked.hidden = !asking;
    (asking ? keep : first).focus({ preventScroll: true });
  };
  first.addEventListener('click', () => {
    ask(true);
    say(question);
  });
  keep.addEventListener('click', () => ask(false));
  sure.addEventListener('click', () => {
    ask(false);
    act();
  });
  asked.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      ask(false);
    }
  });
  return whole;
}
