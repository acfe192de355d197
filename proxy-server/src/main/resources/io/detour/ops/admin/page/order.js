// Choosing and ordering rows.

import { sortable } from './format.js';

/** A test for text: all words of what was typed are in it, in any order. */
export function wordsIn(typed) {
  const words = typed.toLowerCase().split(/\s+/).filter((word) => word !== '');
  return words.length === 0 ? () => true : (text) => words.every((word) => text.includes(word));
}

/** Rows in the order of a column; those without a value are last in both directions. */
export function ordered(rows, column, descending) {
  const keys = rows.map((row) => {
    const value = column.value(row);
    return typeof value === 'string' ? sortable(value) : (value ?? null);
  });
  const sign = descending ? -1 : 1;
  const compare = (a, b) => {
    const left = keys[a];
    const right = keys[b];
    if (left === right) {
      return a - b;
    }
    if (left === null || right === null) {
      return left === null ? 1 : -1;
    }
    return left < right ? -sign : sign;
  };
  return [...keys.keys()].sort(compare).map((index) => rows[index]);
}
