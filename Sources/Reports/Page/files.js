// Files of what is shown, and its print: the whole grid, not only what the window has room for.

const description = () => header.command ? `Made by: ${header.command}` : "Made by StateLens";

/** A title, the grid, or a band of its columns, and the colour bar. */
const pictures = {
  grid: view => {
    const parts = view.sheets.map((sheet, i) => ({ sheet, sizes: panes[i].sizes, marks: panes[i].marks() }));
    const width = Math.max(360, ...parts.map(part => part.sizes.fullWidth)) + 16;
    const height = parts.reduce((sum, part) => sum + part.sizes.fullHeight + 34, 0) + 52;
    const draw = pen => {
      let y = 0;
      for (const [i, { sheet, sizes, marks }] of parts.entries()) {
        pen.text(panes[i].caption.textContent, 8, y + 17, pen.colors.ink, { size: 13, isBold: true });
        const inner = shifted(pen, 8, y + 32);
        drawGrid(inner, sheet, view, sizes,
          { width: sizes.fullWidth, height: sizes.fullHeight }, { pins: marks.pins });
        y += sizes.fullHeight + 34;
      }
      drawBar(shifted(pen, 8, y + 8), view.scale, Math.min(width - 16, 340));
    };
    return { width, height, draw };
  },
  curves: view => {
    const curves = curvesOf(view);
    const [width, height] = [640, 320 + curves.length * 16];
    return { width, height, draw: pen => drawCurves(pen, view, curves, width, height, { hasNames: true }) };
  },
};

/** A pen with another origin. */
function shifted(pen, dx, dy) {
  return {
    colors: pen.colors,
    rect: (x, y, ...rest) => pen.rect(x + dx, y + dy, ...rest),
    frame: (x, y, ...rest) => pen.frame(x + dx, y + dy, ...rest),
    dot: (x, y, ...rest) => pen.dot(x + dx, y + dy, ...rest),
    text: (text, x, y, ...rest) => pen.text(text, x + dx, y + dy, ...rest),
    line: (points, ...rest) => pen.line(points.map(([x, y]) => [x + dx, y + dy]), ...rest),
  };
}

/** The colours of a scale with their numbers, below its title. */
function drawBar(pen, { title, low, high, isLog, isRank, color }, width) {
  const { colors } = pen;
  pen.text(fitted(title, width, { size: 11 }), 0, 7, colors.ink, { size: 11 });
  const at = share => {
    const along = isRank ? 1 - share : share;
    return isLog ? low * (high / low) ** along : low + (high - low) * along;
  };
  const steps = Math.floor(width / 2);
  for (let i = 0; i < steps; i++)
    pen.rect(i * width / steps, 16, width / steps + 0.5, 9, color(at((i + 0.5) / steps)).fill);
  const labels = [[low, isRank ? width : 0], [high, isRank ? 0 : width]];
  for (const value of ticks(low, high, Math.max(2, Math.floor(width / 70)), isLog)) {
    const along = isLog ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    const x = (isRank ? 1 - along : along) * width;
    if (x > 34 && x < width - 34) labels.push([value, x]);
  }
  for (const [value, x] of labels)
    pen.text(spelled(value), x, 33, colors.faint,
      { size: 10, align: x === 0 ? "left" : x === width ? "right" : "center" });
}

function save(blob, name) {
  const link = element("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Of readings, quantity and kind: `mamba2-seed0-logit-lens-kl.svg`. */
function fileName(view, what, ending) {
  const names = view.isDifference ? [view.sheets[0].reading, view.sheets[0].b.reading]
    : view.sheets.map(sheet => sheet.reading);
  return [...names.map(reading => reading.name), view.quantity.key, ...(what === "curves" ? [what] : [])]
    .join(" ").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 100)
    + `.${ending}`;
}

function saveSVG(what) {
  const view = shown();
  const { width, height, draw } = pictures[what](view);
  const pen = new SVGPen(width, height, description());
  draw(pen);
  save(new Blob([pen.svg], { type: "image/svg+xml" }), fileName(view, what, "svg"));
}

/** Two dots a pixel, fewer where browsers bear no canvas that large. */
function savePNG(what) {
  const view = shown();
  const { width, height, draw } = pictures[what](view);
  const density = Math.min(2, 16_000 / width, 16_000 / height, Math.sqrt(1e8 / (width * height)));
  const canvas = element("canvas");
  const pen = new CanvasPen(canvas, width, height, density);
  pen.rect(0, 0, width, height, pen.colors.panel);
  draw(pen);
  canvas.toBlob(blob => save(blob, fileName(view, what, "png")), "image/png");
}

/** A field of CSV, RFC 4180. */
const field = value => {
  const text = `${value ?? ""}`;
  return /^[ \t=+@-]|[",\r\n]|[ ]$/.test(text) && !/^-?[0-9.e+-]+$/.test(text)
    ? `"${text.replaceAll('"', '""')}"` : text;
};

function saveCSV(what) {
  const view = shown();
  const lines = what === "grid" ? gridLines(view) : curveLines(view);
  save(new Blob([lines.map(line => line.map(field).join(",") + "\r\n").join("")],
    { type: "text/csv" }), fileName(view, what, "csv"));
}

function gridLines(view) {
  const heads = ["reading", "block", "part", "position", "token", "target", "best",
    ...(view.isDifference ? ["other_reading", "other_best", "difference"] : []), view.quantity.key];
  const lines = [view.isDifference ? heads.slice(0, -1) : heads];
  for (const sheet of view.sheets)
    sheet.rows.forEach(({ block, part }, row) => {
      for (let column = 0; column < sheet.columns; column++) {
        const { reading } = sheet;
        lines.push([
          reading.name, block ?? "output", part, reading.positions[column],
          reading.tokens[column].text, reading.targets[column]?.text,
          sheet.best(row, column)?.text,
          ...(view.isDifference ? [sheet.b.reading.name, sheet.other(row, column)?.text] : []),
          exact(sheet.value(row, column)),
        ]);
      }
    });
  return lines;
}

function curveLines(view) {
  const lines = [["reading", "position", "token", "block", "part", view.quantity.key]];
  for (const { sheet: { reading }, points, position, column } of curvesOf(view))
    for (const { row, value } of points)
      lines.push([reading.name, position, reading.tokens[column].text, row.block ?? "output",
        row.part, exact(value)]);
  return lines;
}

/** The grids in bands as wide as the paper, then the curves, in the colours of the light page. */
function preparePrint() {
  const { theme } = document.documentElement.dataset;
  document.documentElement.dataset.theme = "light";
  const view = shown();
  const place = document.getElementById("print");
  place.replaceChildren();
  const add = (width, height, draw) => {
    const pen = new SVGPen(width, height);
    draw(pen);
    const svg = new DOMParser().parseFromString(pen.svg, "image/svg+xml").documentElement;
    place.append(element("figure", {}, svg));
  };
  const paper = 1000;
  add(paper, 44, pen => drawBar(pen, view.scale, 340));
  view.sheets.forEach((sheet, i) => {
    const { sizes } = panes[i];
    const count = Math.max(1, Math.floor((paper - sizes.side) / sizes.width));
    for (let from = 0; from < sheet.columns; from += count) {
      const to = Math.min(sheet.columns, from + count);
      add(paper, sizes.fullHeight + 24, pen => {
        pen.text(`${panes[i].caption.textContent}, positions ${sheet.reading.positions[from]} to `
          + `${sheet.reading.positions[to - 1]}`, 0, 10, pen.colors.ink, { size: 12, isBold: true });
        drawGrid(shifted(pen, 0, 22), sheet, view, sizes,
          { width: sizes.side + (to - from) * sizes.width, height: sizes.fullHeight, from, to },
          { pins: pinsIn(sheet) });
      });
    }
  });
  const { width, height, draw } = pictures.curves(view);
  if (curvesOf(view).length) add(width, height, draw);
  document.documentElement.dataset.theme = theme;
}
