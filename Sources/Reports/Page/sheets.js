// A sheet is what one grid shows: rows by columns of numbers, with the best token of each cell.

/** What is chosen on the page. */
const state = {
  first: 0,
  /** The reading beside it, if any. */
  second: readings.length > 1 ? 1 : null,
  view: "sides",
  align: "depth",
  /** Null for predictions; of what blocks write "all", or one part of every block. */
  branch: null,
  quantity: header.quantity,
  branchQuantity: "effect",
  palette: "blues",
  /** Null: as is usual for the quantity. */
  isLog: header.isLogarithmic || null,
  content: "tokens",
  /** Key of a token. */
  follow: null,
  /** Of the width and of the height of cells. */
  zoom: { x: 1, y: 1 },
  /** Pane, row and column that the keys move, and that the pointer is over. */
  focus: null,
  hover: null,
  /** Positions with the block at which they were pinned, by their colour; holes where one was let go. */
  pins: [],
};

const labelOf = key => tokens.find(token => token.key === key)?.label ?? key.replaceAll(" ", "·");

/** The quantities that can be shown now. */
function quantities() {
  if (state.branch) return [
    { key: "effect", title: "effect of the most promoted token on its logit (nats)" },
    { key: "target", title: "effect on the target's logit (nats)", isSigned: true,
      needsTarget: true },
    { key: "norm", title: "norm of what is written" },
  ];
  const all = header.quantities.map(quantity => ({
    ...quantity, isRank: quantity.key === "rank",
    isSigned: quantity.key === "log_probability_difference",
  }));
  if (state.follow === null) return all;
  const label = labelOf(state.follow);
  return [
    { key: "followed_probability", title: `probability of ${label}`, linear: [0, 1] },
    { key: "followed_rank", title: `rank of ${label}`, isRank: true },
    ...all,
  ];
}

function currentQuantity() {
  const key = state.branch ? state.branchQuantity : state.quantity;
  const all = quantities();
  return all.find(quantity => quantity.key === key) ?? all[0];
}

function predictionSheet(reading, { key }) {
  const { columns, blocks, endsInOutput, top } = reading;
  const rows = blocks.map(block => ({ label: `${block}`, block, part: "stream" }));
  if (!endsInOutput) rows.push({ label: "output", block: null, part: "output" });
  const values = key === "followed_probability" ? followedIn(reading, state.follow).probability
    : key === "followed_rank" ? followedIn(reading, state.follow).rank
    : reading.values[key];
  return {
    reading, rows, columns,
    cell: (row, column) => row * columns + column,
    value: (row, column) => values[row * columns + column],
    best: (row, column) => top.best(row * columns + column),
  };
}

function branchSheet(reading, { key }) {
  const { branches, columns } = reading;
  const places = [];
  const rows = [];
  branches.rows.forEach(({ block, branch }, place) => {
    // The one mixer of an ordinary block is all that it writes.
    const isWhole = branch === branches.whole || branch === "mixer";
    if (state.branch !== "all" && state.branch !== branch && branch !== "mixer") return;
    places.push(place);
    rows.push({
      label: state.branch === "all" ? `${block} ${branch}` : `${block}`,
      block, part: isWhole ? branches.whole : branch,
    });
  });
  const cell = (row, column) => places[row] * columns + column;
  const values = { effect: branches.promoted.value, norm: c => branches.norm[c],
    target: c => branches.target[c] }[key];
  return {
    reading, rows, columns, cell,
    value: (row, column) => values(cell(row, column)),
    best: (row, column) => branches.promoted.best(cell(row, column)),
  };
}

const depthsDiffer = () =>
  state.second !== null && readings[state.first].depth !== readings[state.second].depth;

/** The row of another sheet that stands for this one's, or −1. */
function partnerRow(from, row, to) {
  const { block, part } = from.rows[row];
  if (part === "output")
    return to.reading.endsInOutput
      ? to.rows.findIndex(other => other.block === to.reading.depth)
      : to.rows.findIndex(other => other.part === "output");
  if (!depthsDiffer() || state.align === "block")
    return to.rows.findIndex(other => other.block === block && other.part === part);
  const place = block / from.reading.depth * to.reading.depth;
  let nearest = -1;
  to.rows.forEach((other, i) => {
    if (other.part !== part) return;
    if (nearest < 0 || Math.abs(other.block - place) < Math.abs(to.rows[nearest].block - place))
      nearest = i;
  });
  return nearest;
}

/** The column of another sheet at the same position, or −1. */
const partnerColumn = (from, column, to) =>
  to.reading.positions.indexOf(from.reading.positions[column]);

/** One sheet less another, where both have the same token at the same position. */
function differenceSheet(a, b, { isRank, needsTarget }) {
  const rows = a.rows.map((_, row) => partnerRow(a, row, b));
  let others = 0;
  const columns = Array.from({ length: a.columns }, (_, column) => {
    const partner = partnerColumn(a, column, b);
    const isSame = partner >= 0
      && a.reading.tokens[column].key === b.reading.tokens[partner].key
      && (!needsTarget
        || a.reading.targets[column]?.key === b.reading.targets[partner]?.key);
    if (!isSame) others++;
    return isSame ? partner : -1;
  });
  const scaled = isRank ? Math.log10 : value => value;
  return {
    ...a, b, others,
    rows: a.rows.map((row, i) => ({
      ...row,
      label: rows[i] < 0 || b.rows[rows[i]].label === row.label
        ? row.label : `${row.label} – ${b.rows[rows[i]].label}`,
    })),
    value: (row, column) => rows[row] < 0 || columns[column] < 0 ? NaN
      : scaled(a.value(row, column)) - scaled(b.value(rows[row], columns[column])),
    other: (row, column) => rows[row] < 0 || columns[column] < 0 ? undefined
      : b.best(rows[row], columns[column]),
  };
}

function extent(sheets, isLog) {
  let [low, high] = [Infinity, -Infinity];
  for (const sheet of sheets)
    for (let row = 0; row < sheet.rows.length; row++)
      for (let column = 0; column < sheet.columns; column++) {
        const value = sheet.value(row, column);
        if (!isFinite(value) || isLog && value <= 0) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
  if (low > high) return [isLog ? 0.1 : 0, 1];
  return [low, high > low ? high : isLog ? low * 10 : low + 1];
}

/** Of those of predictions the header says it. */
const hasLog = quantity => !quantity.linear || !!quantity.log;

/** What the page shows for its state: one sheet or two, and the scale of their numbers. */
function shown() {
  const quantity = currentQuantity();
  const { isRank } = quantity;
  const sheetOf = index => (state.branch ? branchSheet : predictionSheet)(readings[index], quantity);
  const first = sheetOf(state.first);
  const theme = document.documentElement.dataset.theme;
  if (state.second === null || state.view === "sides") {
    const sheets = state.second === null ? [first] : [first, sheetOf(state.second)];
    const isLog = quantity.isSigned || !hasLog(quantity) ? false : state.isLog ?? !!isRank;
    const limits = limitsOf(quantity, sheets, isLog);
    const title = quantity.title + (isLog ? ", log scale" : "");
    return {
      quantity, sheets, canBeLog: !quantity.isSigned && hasLog(quantity),
      scale: colorScale({ ...quantity, limits, isLog, title }, state.palette, theme),
    };
  }
  const sheet = differenceSheet(first, sheetOf(state.second), quantity);
  const most = Math.max(...extent([sheet], false).map(Math.abs));
  return {
    quantity, sheets: [sheet], canBeLog: false, isDifference: true,
    scale: colorScale(
      { limits: [-most, most], isSigned: true,
        title: `${isRank ? "log10 of the " : ""}${quantity.title}, first less second` },
      state.palette, theme),
  };
}

function limitsOf({ linear, log, isRank, isSigned }, sheets, isLog) {
  if (isLog && log) return log;
  if (!isLog && linear && !isSigned) return linear;
  const [low, high] = extent(sheets, isLog);
  if (isSigned) {
    const most = Math.max(Math.abs(low), Math.abs(high));
    return [-most, most];
  }
  return isRank ? [1, Math.max(high, 2)] : isLog ? [low, high] : [0, high];
}
