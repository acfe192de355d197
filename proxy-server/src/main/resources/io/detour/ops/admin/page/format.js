// Values as people read them. Everything takes null and makes a dash or nothing of it.

const NUMBER = new Intl.NumberFormat('en');
const SHORT = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
const SPANS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

export const NONE = '–';

// Controls, marks of direction, spaces without width, and halves of surrogate pairs: what would not be seen, or would turn
// the text around it.
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Text of others with its unseen characters written out, such as \u202e. */
export function visible(text) {
  return text === null || text === undefined
    ? ''
    : String(text).replace(UNSEEN, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function count(number) {
  return number === null || number === undefined ? NONE : NUMBER.format(number);
}

/** "1 client", "2 clients". */
export function counted(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** Decimal units, as network people use them. */
export function bytes(number) {
  if (number === null || number === undefined) {
    return NONE;
  }
  let value = number;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1_000;
    unit++;
  }
  return `${unit === 0 ? NUMBER.format(Math.round(value)) : SHORT.format(value)} ${BYTE_UNITS[unit]}`;
}

export function perSecond(number) {
  return number === null || number === undefined ? NONE : `${SHORT.format(number)}/s`;
}

export function bytesPerSecond(number) {
  return number === null || number === undefined ? NONE : `${bytes(number)}/s`;
}

/** Milliseconds since 1970 of a text as the server writes it; null stays null. */
export function instant(text) {
  const milliseconds = text === null || text === undefined ? NaN : Date.parse(text);
  return Number.isNaN(milliseconds) ? null : milliseconds;
}

/** "3 days ago", by the server's clock. */
export function ago(then, now) {
  if (then === null) {
    return 'never';
  }
  const seconds = Math.max(0, Math.round((now - then) / 1_000));
  for (const [unit, length] of SPANS) {
    if (seconds >= length) {
      return RELATIVE.format(-Math.floor(seconds / length), unit);
    }
  }
  return seconds < 5 ? 'now' : RELATIVE.format(-seconds, 'second');
}

/** "3 d 4 h", "12 min", "5 s": the two largest units. */
export function lasting(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const days = Math.floor(whole / 86_400);
  const hours = Math.floor((whole % 86_400) / 3_600);
  const minutes = Math.floor((whole % 3_600) / 60);
  if (days > 0) {
    return `${count(days)} d ${hours} h`;
  }
  if (hours > 0) {
    return `${hours} h ${minutes} min`;
  }
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

const two = (number) => String(number).padStart(2, '0');

/** "2026-03-31", in the time zone of whoever reads. */
export function day(then) {
  const date = new Date(then);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** "14:03", or with seconds "14:03:22". */
export function clock(then, seconds = false) {
  const date = new Date(then);
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return seconds ? `${minutes}:${two(date.getSeconds())}` : minutes;
}

/** "2026-03-31 14:03:22 +02:00". */
export function exact(then) {
  if (then === null) {
    return '';
  }
  const minutes = -new Date(then).getTimezoneOffset();
  const size = Math.abs(minutes);
  const offset = `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  return `${day(then)} ${clock(then, true)} ${offset}`;
}

/** Text by which names sort with their numbers as numbers: app-2 before app-10, 10.0.0.9 before 10.0.0.10. */
export function sortable(text) {
  return text === null || text === undefined
    ? null
    : String(text)
        .toLowerCase()
        .replace(/\d+/g, (digits) => digits.padStart(10, '0'));
}
