"use strict";
// What the page holds: a header in JSON (PageHeader.swift) and arrays of numbers (PageNumbers.swift).

const header = JSON.parse(document.getElementById("header").textContent);

const bytes = (() => {
  const text = atob(document.getElementById("numbers").textContent);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
})();

/** The numbers of an array; NaN where there is none. */
function numbers({ kind, at, count, low, step }) {
  switch (kind) {
    case "float32": return new Float32Array(bytes, at, count);
    case "steps": return Float32Array.from(
      new Uint16Array(bytes, at, count), n => n === 0xffff ? NaN : low + step * n);
    case "uint16": return Float32Array.from(
      new Uint16Array(bytes, at, count), n => n === 0xffff ? NaN : n);
    case "uint32": return Float32Array.from(
      new Uint32Array(bytes, at, count), n => n === 0xffffffff ? NaN : n);
  }
}

/** Of every cell some tokens and their numbers: `at(cell)` lists them. */
function tokenLists({ count, tokens: ids, values }) {
  const [places, known] = [numbers(ids), numbers(values)];
  return {
    count,
    best: cell => count ? tokens[places[cell * count]] : undefined,
    value: cell => count ? known[cell * count] : NaN,
    at: cell => {
      const list = [];
      for (let i = cell * count; i < (cell + 1) * count && !isNaN(places[i]); i++)
        list.push({ token: tokens[places[i]], value: known[i] });
      return list;
    },
  };
}

/** What stands in the text, and what is shown of it: a space is `·`. */
const tokens = header.tokens.map(
  ([id, label, text]) => withKey({ id, label, text: text ?? label.replaceAll("·", " ") }));

/** What makes it the same token in two readings: its text; of a part of a character, which has none, its id. */
function withKey(token) {
  return { ...token, key: token.text.includes("\uFFFD") ? `${token.id} ${token.text}` : token.text };
}

const readings = header.readings.map(reading => ({
  ...reading,
  columns: reading.positions.length,
  tokens: reading.tokens.map(index => tokens[index]),
  targets: reading.targets.map(index => tokens[index]),
  values: Object.fromEntries(
    Object.entries(reading.values).map(([key, place]) => [key, numbers(place)])),
  top: tokenLists(reading.top),
  branches: reading.branches && {
    rows: reading.branches.rows,
    whole: reading.branches.whole,
    norm: numbers(reading.branches.norm),
    target: numbers(reading.branches.targetEffect),
    promoted: tokenLists(reading.branches.promoted),
    suppressed: tokenLists(reading.branches.suppressed),
  },
}));

/** The key of the token that someone types: as it is shown, as it is, or as it is after a space. */
function typedToken(typed) {
  const text = typed.replaceAll("·", " ");
  return (tokens.find(token => token.label === typed) ?? tokens.find(token => token.text === text)
    ?? tokens.find(token => token.text === " " + text))?.key;
}

const followedTokens = new Map();

/**
 * What a reading says of one token: probability and rank of every cell, NaN where it names it not.
 * `isExact`: it names it everywhere.
 */
function followedIn(reading, key) {
  const place = `${readings.indexOf(reading)} ${key}`;
  if (!followedTokens.has(place)) followedTokens.set(place, toldOf(reading, key));
  return followedTokens.get(place);
}

function toldOf(reading, key) {
  const exact = reading.followed.find(({ token }) => tokens[token].key === key);
  if (exact)
    return {
      isExact: true,
      probability: numbers(exact.logProbability).map(Math.exp), rank: numbers(exact.rank),
    };
  const cells = (reading.blocks.length + 1) * reading.columns;
  const [probability, rank] = [0, 1].map(() => new Float32Array(cells).fill(NaN));
  let known = 0;
  for (let cell = 0; cell < cells; cell++) {
    const list = reading.top.at(cell);
    const place = list.findIndex(({ token }) => token.key === key);
    if (place < 0) continue;
    probability[cell] = list[place].value;
    rank[cell] = place + 1;
    known++;
  }
  return { isExact: false, known, cells, probability, rank };
}
