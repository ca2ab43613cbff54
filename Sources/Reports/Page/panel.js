// What stands beside the grid: the cell under the pointer or the keys, and the pinned positions.

/** An element with properties and children; texts stay texts. */
function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  Object.assign(made, properties);
  made.append(...children.filter(child => child !== undefined && child !== null));
  return made;
}

const tokenName = ({ label }) => element("bdi", { className: "token" }, label);

/** A button that follows a token. */
const tokenButton = token => element("button", {
  type: "button", className: "token", title: `Follow ${token.label} (id ${token.id})`,
  onclick: () => followToken(token.key),
}, element("bdi", {}, token.label));

function bar(share, className = "") {
  const fill = element("i", { className });
  fill.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return element("span", { className: "bar" }, fill);
}

/** Writes what is known of the active cell, for each reading that is shown. */
function showCell(view) {
  const active = state.hover ?? state.focus;
  const place = document.getElementById("cell");
  if (!active) return place.replaceChildren();
  const { sheet } = active.pane;
  const { reading } = sheet;
  const { row, column } = active;
  const parts = [element("h2", {},
    rowName(sheet.rows[row]), ` · position ${reading.positions[column]} `,
    tokenName(reading.tokens[column]))];
  const places = view.isDifference
    ? [[sheet, row, column], [sheet.b, partnerRow(sheet, row, sheet.b),
      partnerColumn(sheet, column, sheet.b)]]
    : panes.filter(pane => pane.sheet).map(pane => {
      const cell = partnerCell(active, pane);
      return [pane.sheet, cell?.row ?? -1, cell?.column ?? -1];
    });
  if (view.isDifference)
    parts.push(element("p", { className: "value" }, `${view.scale.title}: `,
      element("b", {}, signedOrNone(sheet.value(row, column)))));
  parts.push(element("div", { className: state.branch ? "" : "sides" },
    ...places.map(([sheet, row, column]) => sideOf(sheet, row, column, places.length > 1))));
  place.replaceChildren(...parts);
}

const signedOrNone = value => isNaN(value) ? "none" : signed(value);

const rowName = ({ block, part }) => part === "output" ? "output"
  : part === "stream" ? (block === 0 ? "embedding" : `after ${block} block${block === 1 ? "" : "s"}`)
    : part === "block" ? `block ${block}` : `block ${block}, ${part}`;

function sideOf(sheet, row, column, hasName) {
  const { reading } = sheet;
  const side = element("div", { className: "side" });
  if (hasName) side.append(element("h3", {}, reading.name));
  if (row < 0 || column < 0) {
    side.append(element("p", { className: "faint" }, "has no such cell"));
    return side;
  }
  if (hasName && !state.branch)
    side.append(element("p", { className: "faint" }, rowName(sheet.rows[row]), ", ",
      tokenName(reading.tokens[column])));
  const target = reading.targets[column];
  if (state.branch) side.append(...branchLists(reading, sheet.cell(row, column), column));
  else side.append(...predictionLists(reading, sheet.cell(row, column), target));
  return side;
}

/** The most probable tokens, then what is said of the target, of the followed token, and in sum. */
function predictionLists(reading, cell, target) {
  const list = reading.top.at(cell);
  const table = element("ol", { className: "tops" }, ...list.map(({ token, value }) =>
    element("li", { className: token === target ? "target" : "" },
      tokenButton(token), bar(value), element("span", { className: "number" }, spelled(value)))));
  const facts = [];
  if (target)
    facts.push([element("span", {}, "target ", tokenName(target)),
      `${spelled(reading.values.probability[cell])}, rank ${reading.values.rank[cell]}`]);
  if (state.follow !== null) facts.push(followedFact(reading, cell, list));
  for (const [key, name] of [
    ["entropy", "entropy"], ["kl", "KL(model ‖ block)"], ["forward_kl", "KL(before ‖ block)"],
    ["js", "Jensen–Shannon"], ["tv", "total variation"],
  ]) facts.push([name, spelled(reading.values[key][cell])]);
  return [table, factList(facts)];
}

function followedFact(reading, cell, list) {
  const { probability, rank } = followedIn(reading, state.follow);
  const name = element("span", {}, "followed ", tokenName({ label: labelOf(state.follow) }));
  if (!isNaN(probability[cell]))
    return [name, `${spelled(probability[cell])}, rank ${rank[cell]}`];
  const last = list.at(-1);
  return [name, last ? `≤ ${spelled(last.value)}, rank > ${list.length}` : "–"];
}

const factList = facts => element("dl", { className: "facts" }, ...facts.flatMap(([name, value]) =>
  [element("dt", {}, name), element("dd", {}, value)]));

/** What each branch of the block of a cell promotes and suppresses. */
function branchLists({ branches, columns, targets }, cell, column) {
  const { block } = branches.rows[Math.floor(cell / columns)];
  return branches.rows.flatMap(({ block: other, branch }, row) => {
    if (other !== block) return [];
    const place = row * columns + column;
    const [promoted, suppressed] = [branches.promoted.at(place), branches.suppressed.at(place)];
    const most = Math.max(1e-9, ...[...promoted, ...suppressed].map(({ value }) => Math.abs(value)));
    const listOf = (list, name) => element("ol", { className: `tops ${name}` },
      ...list.map(({ token, value }) => element("li",
        { className: token === targets[column] ? "target" : "" },
        tokenButton(token), bar(Math.abs(value) / most, name),
        element("span", { className: "number" }, signed(value)))));
    const target = branches.target[place];
    return [
      element("h4", {}, branch, element("span", { className: "faint" },
        ` norm ${spelled(branches.norm[place])}`
        + (isNaN(target) ? "" : `, target ${signed(target)}`))),
      element("div", { className: "pair" }, listOf(promoted, "up"), listOf(suppressed, "down")),
    ];
  });
}

/** The curves of the active position and of those that are pinned, and a list of them. */
function showPins(view) {
  const active = state.hover ?? state.focus;
  const { sheet } = active.pane;
  const curves = curvesOf(view, sheet.reading.positions[active.column]);
  const hasPins = curves.some(({ number }) => number);
  document.querySelector("#pinned .group").hidden = !hasPins;
  document.getElementById("pins").replaceChildren(
    ...curves.map((curve, i) => pinItem(curve, curves[i - 1]?.number !== curve.number)),
    ...(hasPins ? [] : [element("li", { className: "faint" },
      "Click a cell, or press Enter on it, to keep its curve here and compare it with others.")]));
  const canvas = document.getElementById("curves");
  const [width, height] = [canvas.parentElement.clientWidth, 230];
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  canvas.setAttribute("aria-label",
    `${view.scale.title} through the blocks: ${curves.map(curve => curve.name).join("; ")}`);
  drawCurves(new CanvasPen(canvas, width, height), view, curves, width, height,
    { active: { row: sheet.rows[active.row], sheet } });
}

function pinItem({ number, color, dash, name }, isFirst) {
  const line = element("canvas", { className: "swatch" });
  line.style.width = "26px";
  line.style.height = "10px";
  new CanvasPen(line, 26, 10).line([[0, 5], [26, 5]], color, { thickness: 2, dash });
  const badge = element("span", { className: "badge" }, `${number ?? ""}`);
  badge.style.backgroundColor = color;
  return element("li", {}, badge, line, element("bdi", { className: "name", title: name }, name),
    isFirst && number ? element("button", {
      type: "button", title: `Let go ${name}`,
      onclick: () => { state.pins[number - 1] = undefined; update(); },
    }, "×") : undefined);
}
