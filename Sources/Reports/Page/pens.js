// One way to draw for the screen, for pictures and for print: a pen on a canvas, or one that writes SVG.

const mono = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace";
const sans = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

/** What `fill` is where a value is missing. */
const hatch = "hatch";

/** The page's colours, as its style has them now. */
function pageColors() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(["ground", "panel", "ink", "faint", "line", "accent", "hatch"].map(
    name => [name, style.getPropertyValue(`--${name}`).trim()]));
}

const font = ({ size = 12, isMono, isBold }) =>
  `${isBold ? "600 " : ""}${size}px ${isMono ? mono : sans}`;

const measuring = document.createElement("canvas").getContext("2d");
const fittedTexts = new Map();

function textWidth(text, style) {
  measuring.font = font(style);
  return measuring.measureText(text).width;
}

/** A text cut with an ellipsis so that it is not wider than `width`. */
function fitted(text, width, style) {
  const key = `${font(style)}\n${Math.floor(width)}\n${text}`;
  let fit = fittedTexts.get(key);
  if (fit !== undefined) return fit;
  fit = text;
  if (textWidth(text, style) > width) {
    const letters = Array.from(text).slice(0, 200);
    let count = letters.length;
    do { fit = letters.slice(0, --count).join("") + "…"; }
    while (count > 0 && textWidth(fit, style) > width);
    if (count === 0) fit = "";
  }
  if (fittedTexts.size > 50_000) fittedTexts.clear();
  fittedTexts.set(key, fit);
  return fit;
}

class CanvasPen {
  /** Draws on a canvas of so many CSS pixels, `density` dots each. */
  constructor(canvas, width, height, density = devicePixelRatio) {
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    this.context = canvas.getContext("2d");
    this.context.scale(density, density);
    this.context.direction = "ltr";
    this.context.textBaseline = "middle";
    this.colors = pageColors();
    this.hatching = this.context.createPattern(this.hatchTile(), "repeat");
  }

  hatchTile() {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const context = tile.getContext("2d");
    context.strokeStyle = this.colors.hatch;
    context.lineWidth = 1;
    context.beginPath();
    for (const x of [-6, 0, 6]) { context.moveTo(x - 1, 7); context.lineTo(x + 7, -1); }
    context.stroke();
    return tile;
  }

  rect(x, y, width, height, fill) {
    this.context.fillStyle = fill === hatch ? this.hatching : fill;
    this.context.fillRect(x, y, width, height);
  }

  frame(x, y, width, height, color, thickness = 1) {
    this.context.strokeStyle = color;
    this.context.lineWidth = thickness;
    this.context.strokeRect(x, y, width, height);
  }

  line(points, color, { thickness = 1, dash = [] } = {}) {
    const { context } = this;
    context.strokeStyle = color;
    context.lineWidth = thickness;
    context.lineJoin = "round";
    context.setLineDash(dash);
    context.beginPath();
    points.forEach(([x, y], i) => i ? context.lineTo(x, y) : context.moveTo(x, y));
    context.stroke();
    context.setLineDash([]);
  }

  dot(x, y, radius, color, isOpen) {
    const { context } = this;
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.fillStyle = isOpen ? this.colors.panel : color;
    context.fill();
    context.strokeStyle = color;
    context.lineWidth = 1.5;
    context.stroke();
  }

  /** At its middle height; `turn` a quarter to the left. */
  text(text, x, y, color, { align = "left", turn, ...style } = {}) {
    const { context } = this;
    context.font = font(style);
    context.fillStyle = color;
    context.textAlign = align;
    if (!turn) return context.fillText(text, x, y);
    context.save();
    context.translate(x, y);
    context.rotate(-Math.PI / 2);
    context.fillText(text, 0, 0);
    context.restore();
  }
}

const escaped = text => String(text)
  .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
  .replace(/[&<>"']/g, letter => `&#${letter.charCodeAt(0)};`);

const round = number => +number.toFixed(2);

/** Writes what it draws. */
class SVGPen {
  constructor(width, height, description = "") {
    this.size = [Math.ceil(width), Math.ceil(height)];
    this.colors = pageColors();
    this.parts = [];
    this.description = description;
  }

  rect(x, y, width, height, fill) {
    if (fill === hatch) return this.hatching(x, y, width, height);
    this.parts.push(`<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" `
      + `height="${round(height)}" fill="${fill}"/>`);
  }

  /** Diagonals; a pattern of SVG would take printers minutes. */
  hatching(x, y, width, height) {
    if (width < 6 || height < 6) return this.rect(x, y, width, height, this.colors.hatch);
    let path = "";
    for (let sum = Math.ceil((x + y) / 6) * 6; sum < x + y + width + height; sum += 6) {
      const [fromX, toX] = [Math.max(x, sum - y - height), Math.min(x + width, sum - y)];
      path += `M${round(fromX)} ${round(sum - fromX)}L${round(toX)} ${round(sum - toX)}`;
    }
    this.parts.push(`<path d="${path}" stroke="${this.colors.hatch}"/>`);
  }

  frame(x, y, width, height, color, thickness = 1) {
    this.parts.push(`<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" `
      + `height="${round(height)}" fill="none" stroke="${color}" stroke-width="${thickness}"/>`);
  }

  line(points, color, { thickness = 1, dash = [] } = {}) {
    this.parts.push(`<polyline points="${points.map(p => p.map(round).join(",")).join(" ")}" `
      + `fill="none" stroke="${color}" stroke-width="${thickness}" stroke-linejoin="round"`
      + (dash.length ? ` stroke-dasharray="${dash}"` : "") + "/>");
  }

  dot(x, y, radius, color, isOpen) {
    this.parts.push(`<circle cx="${round(x)}" cy="${round(y)}" r="${radius}" `
      + `fill="${isOpen ? this.colors.panel : color}" stroke="${color}" stroke-width="1.5"/>`);
  }

  text(text, x, y, color, { align = "left", turn, size = 12, isMono, isBold } = {}) {
    const anchor = { left: "start", center: "middle", right: "end" }[align];
    const place = turn
      ? `transform="translate(${round(x)} ${round(y)}) rotate(-90)" x="0" y="0"`
      : `x="${round(x)}" y="${round(y)}"`;
    this.parts.push(`<text ${place} dy=".35em" text-anchor="${anchor}" font-size="${size}" `
      + `font-family="${isMono ? mono.replaceAll("'", "") : sans.replaceAll("'", "")}" `
      + (isBold ? `font-weight="600" ` : "") + `fill="${color}" xml:space="preserve">`
      + `${escaped(text)}</text>`);
  }

  get svg() {
    const [width, height] = this.size;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" `
      + `viewBox="0 0 ${width} ${height}">`
      + (this.description ? `<desc>${escaped(this.description)}</desc>` : "")
      + `<rect width="${width}" height="${height}" fill="${this.colors.panel}"/>`
      + this.parts.join("\n") + "</svg>\n";
  }
}
