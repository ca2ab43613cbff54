// The curves of pinned positions through the blocks.

const dashes = [[], [6, 4], [2, 3], [8, 3, 2, 3], [1, 5], [10, 5]];

/** A line for each pinned position, sheet, and part of a block; of the active position too if it is not pinned. */
function curvesOf({ sheets }, activePosition) {
  const pins = state.pins.flatMap((pin, place) =>
    pin ? [{ ...pin, number: place + 1, color: pinColors[place] }] : []);
  if (activePosition !== undefined && !pins.some(pin => pin.position === activePosition))
    pins.unshift({ position: activePosition, color: pageColors().faint });
  const kinds = sheets.flatMap(sheet =>
    [...new Set(sheet.rows.map(row => row.part).filter(part => part !== "output"))]
      .map(part => ({ sheet, part })));
  return pins.flatMap(pin => kinds.flatMap(({ sheet, part }, kind) => {
    const column = sheet.reading.positions.indexOf(pin.position);
    if (column < 0) return [];
    const points = [];
    sheet.rows.forEach((row, i) => {
      if (row.part === part || row.part === "output")
        points.push({ row, value: sheet.value(i, column), isPin: row.block === pin.block });
    });
    const names = [
      `position ${pin.position} ${sheet.reading.tokens[column].label}`,
      ...(new Set(kinds.map(kind => kind.part)).size > 1 ? [part] : []),
      ...(sheets.length > 1 ? [sheet.reading.name] : []),
    ];
    return [{
      ...pin, dash: dashes[kind % dashes.length], points, sheet, column, name: names.join(", "),
    }];
  }));
}

/** Where a row stands on the axis: blocks completed, or their share where models of two depths are shown. */
function placeOfRow({ block, part }, sheet, isShare) {
  const { depth } = sheet.reading;
  const end = isShare ? 1 : Math.max(...readings.map(reading => reading.depth));
  if (part === "output") return end * 1.06;
  return isShare ? block / depth : block;
}

/** Draws curves, with their names where there is room for them below. */
function drawCurves(pen, view, curves, width, height, { hasNames, active } = {}) {
  const { colors } = pen;
  const names = hasNames ? curves.map(curve => `${curve.number}  ${curve.name}`) : [];
  const room = { left: 52, right: 14, top: 26, bottom: 38 + names.length * 16 };
  const [w, h] = [width - room.left - room.right, height - room.top - room.bottom];
  const isShare = depthsDiffer() && state.align === "depth" && !view.isDifference;
  const places = curves.flatMap(({ points, sheet }) =>
    points.map(({ row }) => placeOfRow(row, sheet, isShare)));
  const [left, right] = [Math.min(...places), Math.max(...places)];
  const { scale } = view;
  // A curve has room where colours would be the same: its own numbers bound the axis.
  const values = curves.flatMap(curve => curve.points.map(point => point.value)).filter(scale.shows);
  const [low, high] = curveLimits(values, scale);
  const along = scale.isLog ? Math.log10 : value => value;
  const x = place => room.left + (place - left) / (right - left || 1) * w;
  const y = value => {
    const share = (along(value) - along(low)) / (along(high) - along(low));
    return room.top + (scale.isRank ? share : 1 - share) * h;
  };
  for (const value of ticks(low, high, 4, scale.isLog)) {
    pen.line([[room.left, y(value)], [room.left + w, y(value)]], colors.line);
    pen.text(spelled(value), room.left - 6, y(value), colors.faint, { size: 10, align: "right" });
  }
  const outputs = curves.some(({ points }) => points.some(({ row }) => row.part === "output"));
  const end = isShare ? 1 : Math.max(...curves.map(({ sheet }) => sheet.reading.depth));
  for (const place of ticks(left, end, Math.max(2, Math.floor(w / 50)), false)) {
    if (outputs && x(place) > x(right) - 34 && place !== left) continue;
    if (!isShare && !Number.isInteger(place)) continue;
    pen.line([[x(place), room.top + h], [x(place), room.top + h + 4]], colors.faint);
    pen.text(spelled(place), x(place), room.top + h + 12, colors.faint, { size: 10, align: "center" });
  }
  if (outputs)
    pen.text("output", x(right) + 8, room.top + h + 12, colors.faint, { size: 10, align: "right" });
  pen.line([[room.left, room.top], [room.left, room.top + h], [room.left + w, room.top + h]], colors.faint);
  pen.text(isShare ? "share of the blocks" : "blocks completed", room.left + w / 2, room.top + h + 28,
    colors.faint, { size: 10, align: "center" });
  pen.text(fitted(scale.title, width - 12, { size: 11 }), 6, 10, colors.ink, { size: 11 });
  if (active) {
    const place = x(placeOfRow(active.row, active.sheet, isShare));
    pen.line([[place, room.top], [place, room.top + h]], colors.accent, { dash: [2, 2] });
  }
  for (const { points, color, dash, sheet, number } of curves)
    drawCurve(pen, points, { color, dash, number, scale, x: row => x(placeOfRow(row, sheet, isShare)), y });
  names.forEach((name, i) => {
    const line = room.top + h + 46 + i * 16;
    pen.line([[room.left, line], [room.left + 26, line]], curves[i].color,
      { thickness: 2, dash: curves[i].dash });
    pen.text(fitted(name, w - 34, { size: 11 }), room.left + 34, line, colors.ink, { size: 11 });
  });
}

function curveLimits(values, { isLog, isRank, low, high }) {
  if (!values.length) return [low, high];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (isLog) return most > least ? [least, most] : [least / 2, most * 2];
  const from = low < 0 ? least : Math.min(low, least);
  return most > from ? [from, most] : [from, from + 1];
}

function drawCurve(pen, points, { color, dash, number, scale, x, y }) {
  let line = [];
  const flush = () => {
    if (line.length > 1) pen.line(line, color, { thickness: 2, dash });
    line = [];
  };
  let last;
  for (const { row, value, isPin } of points) {
    if (!scale.shows(value)) { flush(); continue; }
    if (row.part === "output") {
      flush();
      pen.dot(x(row), y(value), 3.5, color, true);
      continue;
    }
    line.push([x(row), y(value)]);
    last = [x(row), y(value)];
    if (isPin) pen.dot(...last, 4, color);
  }
  flush();
  if (last && number) {
    pen.rect(last[0] - 13, last[1] - 7, 12, 14, color);
    pen.text(`${number}`, last[0] - 7, last[1], "#fff", { size: 9, align: "center", isBold: true });
  }
}
