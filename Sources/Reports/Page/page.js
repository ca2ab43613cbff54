// The controls of the page, its keys and its pointer: each changes `state` and updates what is shown.

const byId = id => document.getElementById(id);
const root = document.documentElement;
const panes = [new Pane(), new Pane()];

/** What is shown, as of the last update. */
let view;

function option(value, title) { return element("option", { value, textContent: title }); }

function fill(select, options, value) {
  select.replaceChildren(...options);
  select.value = value;
}

const shownReadings = () =>
  [state.first, state.second].filter(index => index !== null).map(index => readings[index]);

const haveBranches = () => shownReadings().every(reading => reading.branches);

/** Shows the state. */
function update() {
  const { hover, focus } = state;
  if (!haveBranches()) state.branch = null;
  view = shown();
  panes.forEach((pane, i) => {
    pane.figure.hidden = i >= view.sheets.length;
    if (i < view.sheets.length) pane.show(view.sheets[i], view);
    else pane.sheet = null;
  });
  state.hover = inside(hover);
  state.focus = inside(focus) ?? lastCell();
  showTools();
  showNotice();
  arrange();
  showLegend();
  showActive();
}

/** Puts two flat grids one below the other, and the curves below grids that leave room for them. */
function arrange() {
  const isWide = matchMedia("(min-width: 901px)").matches;
  const heights = view.sheets.map((_, i) => panes[i].sizes.fullHeight + 46);
  const room = byId("grids").clientHeight - 90;
  const together = heights.reduce((sum, height) => sum + height, 0);
  const isStacked = isWide && together <= room;
  byId("panes").classList.toggle("stacked", isStacked);
  const rest = room - (isStacked ? together : Math.max(...heights));
  byId(isWide && rest > 330 ? "grids" : "side").append(byId("pinned"));
}

/** A cell moved to where its pane still has one. */
function inside(cell) {
  if (!cell) return null;
  const pane = cell.pane.sheet ? cell.pane : panes[0];
  const { rows, columns } = pane.sheet;
  return {
    pane, row: Math.min(cell.row, rows.length - 1), column: Math.min(cell.column, columns - 1),
  };
}

const lastCell = () =>
  ({ pane: panes[0], row: panes[0].sheet.rows.length - 1, column: panes[0].sheet.columns - 1 });

/** Shows the cell under the pointer or the keys. */
function showActive() {
  for (const pane of panes) pane.redraw();
  showCell(view);
  showPins(view);
}

function showTools() {
  const isPair = state.second !== null;
  for (const id of ["first-label", "second-label"]) byId(id).hidden = readings.length < 2;
  byId("view-label").hidden = !isPair;
  byId("align-label").hidden = !depthsDiffer();
  byId("branch-label").hidden = !haveBranches();
  byId("follow-label").hidden = !!state.branch;
  byId("unfollow").hidden = state.follow === null || !!state.branch;
  const names = readings.map((reading, i) => option(i, reading.name));
  fill(byId("first"), names, state.first);
  fill(byId("second"), [option("", "nothing"), ...names.map(name => name.cloneNode(true))],
    state.second ?? "");
  byId("view").value = state.view;
  byId("align").value = state.align;
  const parts = new Set(shownReadings().flatMap(reading =>
    reading.branches?.rows.map(row => row.branch) ?? []));
  fill(byId("branch"), [
    option("", "predictions"), option("all", "what blocks write, every branch"),
    ...["block", "mixer_1", "mixer_2"].filter(part => parts.has(part))
      .map(part => option(part, `what blocks write: ${part}`)),
  ], state.branch ?? "");
  fill(byId("quantity"), quantities().map(({ key, title }) => option(key, title)), view.quantity.key);
  byId("palette").value = state.palette;
  byId("palette").disabled = !!view.isDifference || !!view.quantity.isSigned;
  byId("log").checked = view.scale.isLog ?? false;
  byId("log").disabled = !view.canBeLog;
  byId("content").value = state.content;
}

/** What should be known of what is shown. */
function showNotice() {
  const notices = [];
  if (view.isDifference) {
    const [sheet] = view.sheets;
    if (sheet.others === sheet.columns)
      notices.push("No position has the same token"
        + (view.quantity.needsTarget ? " and target" : "") + " in both readings: no difference to show.");
    else if (sheet.others)
      notices.push(`${sheet.others} of ${sheet.columns} positions have another token`
        + (view.quantity.needsTarget ? " or target" : "") + " in the second reading; they are hatched.");
  }
  if (state.follow !== null && !state.branch) {
    const label = labelOf(state.follow);
    const told = shownReadings().map(reading => ({ reading, ...followedIn(reading, state.follow) }))
      .filter(told => !told.isExact);
    if (told.length) {
      const [{ known, cells, reading }] = told;
      notices.push(`${label} is known where it is among the ${reading.top.count} most probable `
        + `tokens (${known} of ${cells} cells); elsewhere it is at most as probable as the last of `
        + `them, which the cell says. To know it everywhere, run again with `
        + `--follow ${quoted(state.follow)}`);
    }
  }
  byId("notice").hidden = !notices.length;
  byId("notice").textContent = notices.join(" ");
}

/** As a shell takes it. */
const quoted = text => `'${text.replaceAll("'", "'\\''")}'`;

function showLegend() {
  const canvas = byId("bar");
  const width = Math.min(420, byId("grids").clientWidth - 28);
  canvas.style.width = `${width}px`;
  canvas.style.height = "40px";
  drawBar(new CanvasPen(canvas, width, 40), view.scale, width);
  canvas.setAttribute("aria-label",
    `${view.scale.title}: from ${spelled(view.scale.low)} to ${spelled(view.scale.high)}`);
  byId("marks").textContent = "Underlined: the best token is the target. "
    + (view.scale.isLog ? "Hatched: no value, or none above 0." : "Hatched: no value.")
    + (view.isDifference ? " a│b: the best tokens differ." : "");
}

function followToken(key) {
  state.follow = key;
  state.quantity = key === null ? header.quantity : "followed_probability";
  state.isLog = null;
  byId("follow").value = key === null ? "" : labelOf(key);
  update();
}

function pin({ pane, row, column }) {
  const { block, part } = pane.sheet.rows[row];
  const position = pane.sheet.reading.positions[column];
  const place = state.pins.findIndex(pin => pin?.position === position);
  const isSame = place >= 0 && state.pins[place].block === block && state.pins[place].part === part;
  const free = [...pinColors.keys()].find(i => !state.pins[i]) ?? pinColors.length - 1;
  state.pins[place >= 0 ? place : free] = isSame ? undefined : { position, block, part };
  showActive();
}

/** Changes the size of cells; what is under the pointer stays there, or else the active cell in view. */
function zoomTo(x, y, pointer) {
  const { scroller, sizes: before } = leader ?? panes[0];
  state.zoom = {
    x: Math.min(Math.max(x, 1 / fullCell.width), 3), y: Math.min(Math.max(y, 2 / fullCell.height), 3),
  };
  update();
  if (!pointer) return state.focus.pane.reveal(state.focus);
  const { left, top } = scroller.getBoundingClientRect();
  const { sizes } = leader;
  const [dx, dy] = [pointer.clientX - left - before.side, pointer.clientY - top - before.top];
  scroller.scrollLeft = (scroller.scrollLeft + dx) / before.width * sizes.width - dx;
  scroller.scrollTop = (scroller.scrollTop + dy) / before.height * sizes.height - dy;
}

const zoom = (factor, pointer) =>
  zoomTo(state.zoom.x * factor, state.zoom.y * factor, pointer);

/**
 * How large cells can be, up to a quarter more than usual, for all to be in view, grids beside or above
 * each other; `least` is a width that they have anyway.
 */
function fittingZoom(least = 0) {
  const { scroller, sheet, sizes } = panes[0];
  const x = Math.max(least, Math.min(1.25,
    (scroller.clientWidth - sizes.side - 4) / sheet.columns / fullCell.width));
  const rows = view.sheets.map(sheet => sheet.rows.length);
  const heights = [Math.max(...rows), rows.reduce((sum, count) => sum + count)].map((count, i) =>
    (byId("grids").clientHeight - 95 - (i ? rows.length : 1) * (layout(sheet, { x, y: 1 }, view.sheets).top + 48))
      / count / fullCell.height);
  return [x, Math.min(1.25, heights[1] >= 0.8 ? heights[1] : heights[0])];
}

function showTheme() {
  byId("theme").textContent = root.dataset.theme === "dark" ? "☀ Light" : "☾ Dark";
}

const darkness = matchMedia("(prefers-color-scheme: dark)");

function setTheme(theme) {
  root.dataset.theme = theme;
  showTheme();
  if (view) update();
}

/** Text that says the active cell to those who do not see it. */
function speak() {
  const { pane, row, column } = state.focus;
  const { sheet } = pane;
  const best = sheet.best(row, column);
  byId("spoken").textContent = `${rowName(sheet.rows[row])}, position `
    + `${sheet.reading.positions[column]}, ${sheet.reading.tokens[column].label}: `
    + `${best?.label ?? "none"}, ${view.quantity.title} ${spelled(sheet.value(row, column))}`;
}

function move(cell) {
  state.hover = null;
  state.focus = inside({ ...cell, row: Math.max(0, cell.row), column: Math.max(0, cell.column) });
  state.focus.pane.reveal(state.focus);
  showActive();
  speak();
}

const steps = {
  ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
  PageUp: [-10, 0], PageDown: [10, 0],
};

/** Keys on a grid. */
function gridKey(event) {
  const { pane, row, column } = state.focus;
  const step = steps[event.key];
  if (step && !event.altKey) move({ pane, row: row + step[0], column: column + step[1] });
  else if (event.key === "Home") move({ pane, row: event.ctrlKey ? 0 : row, column: 0 });
  else if (event.key === "End")
    move({ pane, row: event.ctrlKey ? Infinity : row, column: Infinity });
  else if (event.key === "Enter" || event.key === " ") pin(state.focus);
  else return;
  event.preventDefault();
}

/** Keys anywhere but in a field. */
const shortcuts = {
  "/": () => byId("follow").focus(), f: () => byId("follow").focus(),
  t: () => {
    const { pane, row, column } = state.focus;
    const best = pane.sheet.best(row, column);
    if (best && !state.branch) followToken(best.key);
  },
  q: () => byId("quantity").focus(),
  l: () => byId("log").click(),
  d: () => {
    if (state.second === null) return;
    state.view = state.view === "sides" ? "difference" : "sides";
    update();
  },
  b: () => {
    if (byId("branch-label").hidden) return;
    state.branch = state.branch ? null : "all";
    update();
  },
  "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), 0: () => zoomTo(...fittingZoom()),
  "?": () => byId("help").showModal(),
  Escape: () => {
    if (state.follow !== null) return followToken(null);
    state.pins = [];
    update();
  },
};

function key(event) {
  if (byId("help").open || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("select, input:not([type=checkbox])")) return;
  const action = shortcuts[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

function listenToPane(pane) {
  const { scroller } = pane;
  for (const event of ["pointerdown", "pointermove", "wheel"])
    scroller.addEventListener(event, () => { leader = pane; }, { passive: true });
  scroller.addEventListener("pointermove", event => {
    const cell = pane.cellAt(event);
    if (cell?.row === state.hover?.row && cell?.column === state.hover?.column) return;
    state.hover = cell;
    showActive();
  });
  scroller.addEventListener("pointerleave", () => { state.hover = null; showActive(); });
  scroller.addEventListener("click", event => {
    const cell = pane.cellAt(event);
    if (!cell) return;
    state.focus = cell;
    pin(cell);
  });
  scroller.addEventListener("focus", () => {
    if (state.focus.pane === pane) return;
    state.focus = partnerCell(state.focus, pane) ?? { pane, row: 0, column: 0 };
    showActive();
  });
  scroller.addEventListener("keydown", gridKey);
  scroller.addEventListener("wheel", event => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(2 ** (-event.deltaY / 400), event);
  }, { passive: false });
}

function listen() {
  panes.forEach(listenToPane);
  const choose = (id, change) => byId(id).addEventListener("change", ({ target }) => {
    change(target.type === "checkbox" ? target.checked : target.value);
    update();
  });
  choose("first", value => { state.first = +value; });
  choose("second", value => { state.second = value === "" ? null : +value; });
  choose("view", value => { state.view = value; });
  choose("align", value => { state.align = value; });
  choose("branch", value => { state.branch = value || null; });
  choose("quantity", value => {
    state[state.branch ? "branchQuantity" : "quantity"] = value;
    state.isLog = null;
  });
  choose("palette", value => { state.palette = value; });
  choose("log", value => { state.isLog = value; });
  choose("content", value => { state.content = value; });
  byId("follow").addEventListener("change", ({ target }) => {
    followToken(target.value === "" ? null : typedToken(target.value) ?? target.value);
  });
  byId("tools").addEventListener("submit", event => event.preventDefault());
  const click = (id, action) => byId(id).addEventListener("click", action);
  click("unfollow", () => followToken(null));
  click("zoom-out", () => zoom(0.8));
  click("zoom-in", () => zoom(1.25));
  click("zoom-fit", () => zoomTo(...fittingZoom()));
  for (const what of ["grid", "curves"]) {
    const prefix = what === "grid" ? "save" : "curves";
    click(`${prefix}-png`, () => savePNG(what));
    click(`${prefix}-svg`, () => saveSVG(what));
    click(`${prefix}-csv`, () => saveCSV(what));
  }
  click("help-button", () => byId("help").showModal());
  click("theme", () => setTheme(root.dataset.theme === "dark" ? "light" : "dark"));
  darkness.addEventListener("change", () => setTheme(darkness.matches ? "dark" : "light"));
  addEventListener("keydown", key);
  addEventListener("resize", update);
  byId("origin").addEventListener("toggle", update);
  addEventListener("beforeprint", preparePrint);
  addEventListener("afterprint", () => byId("print").replaceChildren());
}

/** Title, command and hashes. */
function showOrigin() {
  byId("title").textContent = readings.length <= 2
    ? readings.map(reading => reading.name).join(" | ") : `${readings.length} readings`;
  document.title = `${byId("title").textContent} · StateLens`;
  const counts = [...new Set(readings.map(reading => `${reading.length} tokens`))];
  byId("subtitle").textContent =
    `What every block predicts at every position · ${counts.join(", ")}`;
  byId("origin").hidden = readings.every(reading => !reading.facts.length);
  const hashes = new Set(readings.flatMap(({ facts }) => facts)
    .filter(([name]) => name.endsWith("SHA-256"))
    .map(([name, value]) => `${name.replace(" SHA-256", "")} ${value.slice(0, 8)}`));
  byId("origin-summary").append(
    element("code", {}, header.command ?? "Where the readings come from"),
    element("span", { className: "faint" }, [...hashes].join(" · ")));
  for (const { name, facts } of readings) {
    if (readings.length > 1) byId("facts").append(element("h3", {}, name));
    byId("facts").append(element("dl", {}, ...facts.flatMap(([name, value]) =>
      [element("dt", {}, name), element("dd", {}, element("code", {}, value))])));
  }
}

root.dataset.theme = darkness.matches ? "dark" : "light";
byId("panes").append(...panes.map(pane => pane.figure));
fill(byId("palette"), Object.entries(palettes).map(([key, { title }]) => option(key, title)),
  state.palette);
byId("known").append(...[...new Set(readings.flatMap(reading =>
  reading.followed.map(({ token }) => tokens[token].label)))].map(label => option(label, "")));
listen();
showTheme();
showOrigin();
update();
// Small grids are shown as large as there is room for, large ones so that they can be read.
const [startX, startY] = fittingZoom(1);
zoomTo(startX, Math.max(0.8, startY));
