// A grid of cells: how it is laid out and drawn, and the pane of the page that scrolls over it.

const fullCell = { width: 66, height: 22 };

/** Sizes of a sheet's cells and margins at a zoom; the margins of sheets that are shown together are alike. */
function layout(sheet, zoom, sheets) {
  const width = fullCell.width * zoom.x;
  const height = fullCell.height * zoom.y;
  const labels = sheets.flatMap(sheet => sheet.rows)
    .map(row => textWidth(row.label, { size: 11 }));
  const side = 16 + Math.max(30, ...labels);
  const top = width >= 34 ? 38 : width >= 11 ? 84 : 24;
  return {
    width, height, side, top,
    isText: width >= 22 && height >= 10,
    size: Math.min(13, Math.max(8, height * 0.56)),
    fullWidth: side + sheet.columns * width, fullHeight: top + sheet.rows.length * height,
  };
}

/** Every how manieth label is drawn so that they do not touch. */
const labelStep = (size, room) => Math.max(1, Math.ceil(room / size));

/**
 * Draws the part of a sheet that an area shows: `left` and `top` say how far it is scrolled, `from` and
 * `to` bound the columns.
 */
function drawGrid(pen, sheet, { scale, isDifference }, sizes, area, marks = {}) {
  const { width: w, height: h, side, top } = sizes;
  const { colors } = pen;
  const { left = 0, top: scrolled = 0, width, height, from = 0, to = sheet.columns } = area;
  const x = column => side + (column - from) * w - left;
  const y = row => top + row * h - scrolled;
  const columns = [from + Math.floor(left / w), Math.min(to, from + Math.ceil((left + width - side) / w))];
  const rows = [Math.floor(scrolled / h), Math.min(sheet.rows.length, Math.ceil((scrolled + height - top) / h))];
  const gap = w >= 8 && h >= 8 ? 1 : 0;
  const style = { size: sizes.size, isMono: true };
  for (let row = rows[0]; row < rows[1]; row++)
    for (let column = columns[0]; column < columns[1]; column++) {
      const value = sheet.value(row, column);
      const color = scale.shows(value) ? scale.color(value) : { fill: hatch, ink: colors.faint };
      pen.rect(x(column), y(row), w - gap, h - gap, color.fill);
      if (!sizes.isText) continue;
      const text = fitted(cellText(sheet, row, column, isDifference), w - 7, style);
      pen.text(text, x(column) + 3, y(row) + (h - gap) / 2, color.ink, style);
      if (isTarget(sheet, row, column))
        pen.rect(x(column) + 3, y(row) + (h - gap + style.size) / 2 + 0.5,
          Math.min(w - 7, textWidth(text, style)), 1.5, color.ink);
    }
  const output = sheet.rows.findIndex(row => row.part === "output");
  if (output > 0) pen.rect(x(columns[0]), y(output) - 1, (columns[1] - columns[0]) * w, 1.5, colors.ink);
  const inside = cell => cell && cell.column >= columns[0] && cell.column < columns[1];
  drawMarks(pen, {
    active: inside(marks.active) ? marks.active : null, pins: (marks.pins ?? []).filter(inside),
  }, { x, y, w, h, gap });

  pen.rect(0, 0, side, height, colors.panel);
  const rowStep = labelStep(h, 13);
  for (let row = rows[0]; row < rows[1]; row++) {
    if (row % rowStep && row !== marks.active?.row) continue;
    const isActive = row === marks.active?.row;
    if (y(row) + h / 2 < top - 2) continue;
    if (isActive && rowStep > 1) pen.rect(0, y(row) + h / 2 - 7, side, 14, colors.panel);
    pen.text(sheet.rows[row].label, side - 8, y(row) + h / 2, isActive ? colors.accent : colors.faint,
      { size: 11, align: "right", isBold: isActive });
  }
  pen.rect(0, 0, width, top, colors.panel);
  drawHeads(pen, sheet, sizes, columns, x, marks);
  pen.rect(0, 0, side, top, colors.panel);
  pen.text("blocks", side - 8, top - 12, colors.faint, { size: 11, align: "right" });
}

/** Tokens of the text, across where there is room, else upwards, and their positions. */
function drawHeads(pen, sheet, { width: w, side, top }, [first, last], x, { active, pins = [] }) {
  const { colors } = pen;
  const { positions, tokens } = sheet.reading;
  const isAcross = w >= 34;
  const step = labelStep(w, isAcross ? 30 : 12);
  const numberStep = labelStep(w, 30);
  for (let column = first; column < last; column++) {
    const pin = pins.find(pin => pin.column === column);
    const isActive = column === active?.column;
    if (pin) pen.rect(x(column), top - 4, w - 1, 3, pin.color);
    const color = isActive ? colors.accent : colors.ink;
    if (isAcross) {
      const style = { size: 12, isMono: true, isBold: isActive };
      pen.text(`${positions[column]}`, x(column) + 3, 9, colors.faint, { size: 10 });
      pen.text(fitted(tokens[column].label, w - 5, style), x(column) + 3, 24, color, style);
    } else if (w >= 11) {
      const style = { size: 11, isMono: true, isBold: isActive };
      if (column % step === 0 || isActive)
        pen.text(fitted(tokens[column].label, top - 12, style), x(column) + w / 2, top - 6, color,
          { ...style, turn: true });
    } else if (column % numberStep === 0)
      pen.text(`${positions[column]}`, x(column), top - 10, colors.faint, { size: 10 });
  }
}

function drawMarks(pen, { active, pins }, { x, y, w, h, gap }) {
  for (const { row, column, color, number } of pins) {
    if (row < 0) continue;
    pen.frame(x(column), y(row), w - gap, h - gap, color, 2);
    if (w < 34) continue;
    pen.rect(x(column) + w - gap - 11, y(row), 11, 12, color);
    pen.text(`${number}`, x(column) + w - gap - 5.5, y(row) + 6, "#fff",
      { size: 9, align: "center", isBold: true });
  }
  if (active) {
    pen.frame(x(active.column) - 1, y(active.row) - 1, w - gap + 2, h - gap + 2, pen.colors.panel, 4);
    pen.frame(x(active.column) - 1, y(active.row) - 1, w - gap + 2, h - gap + 2, pen.colors.ink, 2);
  }
}

function cellText(sheet, row, column, isDifference) {
  if (state.content === "numbers") {
    const value = sheet.value(row, column);
    return isNaN(value) ? "" : isDifference ? signed(value) : spelled(value);
  }
  const best = sheet.best(row, column);
  const other = sheet.other?.(row, column);
  return (best?.label ?? "") + (other && other.key !== best?.key ? `│${other.label}` : "");
}

const isTarget = (sheet, row, column) => {
  const target = sheet.reading.targets[column];
  return target !== undefined && sheet.best(row, column) === target;
};

/** A grid on the page, of which as much is drawn as the window shows. */
class Pane {
  constructor() {
    this.caption = element("figcaption");
    this.sizer = element("div", { className: "sizer" });
    this.canvas = element("canvas");
    this.scroller = element("div", { className: "scroller", tabIndex: 0 },
      element("div", { className: "window" }, this.canvas), this.sizer);
    this.scroller.setAttribute("role", "application");
    this.scroller.setAttribute("aria-roledescription", "grid of blocks and positions");
    this.figure = element("figure", { className: "pane" }, this.caption, this.scroller);
    this.scroller.addEventListener("scroll", () => { this.scrolled(); this.redraw(); });
    new ResizeObserver(() => this.redraw()).observe(this.scroller);
  }

  show(sheet, view) {
    this.sheet = sheet;
    this.view = view;
    this.sizes = layout(sheet, state.zoom, view.sheets);
    this.sizer.style.width = `${this.sizes.fullWidth + 2}px`;
    this.sizer.style.height = `${this.sizes.fullHeight + 2}px`;
    const { name } = sheet.reading;
    this.caption.textContent = sheet.b ? `${name} less ${sheet.b.reading.name}` : name;
    this.scroller.setAttribute("aria-label", this.caption.textContent);
    this.redraw();
  }

  /** Draws before the next frame, once. */
  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = undefined;
      if (this.sheet) this.draw();
    });
  }

  draw() {
    const { clientWidth: width, clientHeight: height, scrollLeft: left, scrollTop: top } = this.scroller;
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    const pen = new CanvasPen(this.canvas, width, height);
    pen.rect(0, 0, width, height, pen.colors.panel);
    drawGrid(pen, this.sheet, this.view, this.sizes, { left, top, width, height }, this.marks());
  }

  marks() {
    const active = partnerCell(state.hover ?? state.focus, this);
    return { active, pins: pinsIn(this.sheet) };
  }

  /** The cell under the pointer. */
  cellAt({ clientX, clientY }) {
    const { left, top } = this.scroller.getBoundingClientRect();
    const { width, height, side, top: head } = this.sizes;
    const [x, y] = [clientX - left - side, clientY - top - head];
    if (x < 0 || y < 0 || clientX - left > this.scroller.clientWidth
      || clientY - top > this.scroller.clientHeight) return null;
    const column = Math.floor((x + this.scroller.scrollLeft) / width);
    const row = Math.floor((y + this.scroller.scrollTop) / height);
    return row < this.sheet.rows.length && column < this.sheet.columns
      ? { pane: this, row, column } : null;
  }

  /** Scrolls as little as shows a cell whole. */
  reveal({ row, column }) {
    const { width, height, side, top } = this.sizes;
    const { scroller } = this;
    leader = this;
    const [x, y] = [column * width, row * height];
    const [roomX, roomY] = [scroller.clientWidth - side - width, scroller.clientHeight - top - height];
    scroller.scrollLeft = Math.max(x - Math.max(0, roomX), Math.min(scroller.scrollLeft, x));
    scroller.scrollTop = Math.max(y - Math.max(0, roomY), Math.min(scroller.scrollTop, y));
  }

  /** The other pane follows the one that is being moved, as far as it reaches. */
  scrolled() {
    if (leader !== this) return;
    const { scrollLeft, scrollTop, scrollHeight, clientHeight } = this.scroller;
    const share = scrollTop / Math.max(1, scrollHeight - clientHeight);
    for (const { scroller } of panes.filter(other => other !== this && other.sheet)) {
      scroller.scrollLeft = scrollLeft;
      scroller.scrollTop = share * (scroller.scrollHeight - scroller.clientHeight);
    }
  }
}

/** The pane under the pointer or the keys. */
let leader;

/** The same cell in another pane, or null. */
function partnerCell(cell, pane) {
  if (!cell || cell.pane === pane) return cell;
  if (!cell.pane.sheet || !pane.sheet) return null;
  const row = partnerRow(cell.pane.sheet, cell.row, pane.sheet);
  const column = partnerColumn(cell.pane.sheet, cell.column, pane.sheet);
  return row < 0 || column < 0 ? null : { pane, row, column };
}

/** Pinned positions as a sheet shows them. */
const pinsIn = sheet => state.pins.flatMap((pin, place) => {
  const column = pin ? sheet.reading.positions.indexOf(pin.position) : -1;
  if (column < 0) return [];
  const row = sheet.rows.findIndex(row => row.block === pin.block && row.part === pin.part);
  return [{ row, column, color: pinColors[place], number: place + 1 }];
});
