// From numbers to colours, to places on an axis, and to words.

/** Colours from the least to the greatest; `dark` where they begin at the colour of the page. */
const palettes = {
  blues: {
    title: "blues",
    light: ["#f4f7fa", "#a9cfee", "#3d82c4", "#123b6d"],
    dark: ["#1c2128", "#1f446b", "#3f8fd6", "#cfe8ff"],
  },
  viridis: {
    title: "viridis",
    light: [
      "#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58",
      "#b5de2b", "#fde725",
    ],
  },
  cividis: {
    title: "cividis",
    light: [
      "#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369",
      "#e1cc55", "#fee838",
    ],
  },
  greys: {
    title: "greys",
    light: ["#f7f7f7", "#bdbdbd", "#6b6b6b", "#111111"],
    dark: ["#1c2128", "#4d545e", "#9aa2ad", "#f2f4f7"],
  },
};

/** For numbers of both signs: blue below, orange above, told apart by all eyes. */
const signedPalette = {
  light: ["#0b4a8f", "#5b9bd1", "#f2f3f5", "#ee9a45", "#9a4300"],
  dark: ["#a8d4ff", "#3b7cb8", "#23282f", "#bd6a1b", "#ffd0a0"],
};

/** Of curves, after Okabe and Ito; a number stands beside each as well. */
const pinColors = [
  "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c6bb1", "#7f7f7f",
];

const channels = color => [1, 3, 5].map(i => parseInt(color.slice(i, i + 2), 16));

/** 256 colours through those given, with black or white for text upon each. */
function colorTable(stops) {
  const parts = stops.map(channels);
  return Array.from({ length: 256 }, (_, i) => {
    const place = i / 255 * (parts.length - 1);
    const index = Math.min(Math.floor(place), parts.length - 2);
    const rgb = parts[index].map((from, channel) =>
      Math.round(from + (place - index) * (parts[index + 1][channel] - from)));
    const luminance = rgb
      .map(channel => (channel / 255) ** 2.2)
      .reduce((sum, channel, i) => sum + channel * [0.2126, 0.7152, 0.0722][i], 0);
    return { fill: `rgb(${rgb})`, ink: luminance > 0.2 ? "#111" : "#fff" };
  });
}

/** From the numbers between two limits to shades; the first rank is the best, and so the last shade. */
function colorScale({ limits: [low, high], isLog, isSigned, isRank, title }, palette, theme) {
  const place = isLog ? Math.log10 : value => value;
  const choice = isSigned ? signedPalette : palettes[palette];
  const table = colorTable(choice[theme] ?? choice.light);
  const fraction = value => {
    const share = (place(value) - place(low)) / (place(high) - place(low));
    const inside = Math.min(Math.max(share, 0), 1);
    return isRank ? 1 - inside : inside;
  };
  return {
    title, low, high, isLog, isRank, fraction,
    color: value => table[Math.round(fraction(value) * 255)],
    shows: value => !isNaN(value) && (!isLog || value > 0),
  };
}

/** Round numbers between two, about `count` of them. */
function ticks(low, high, count, isLog) {
  if (isLog) {
    const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
    const step = Math.max(1, Math.ceil((to - from) / count));
    const powers = [];
    for (let power = from; power <= to; power += step) powers.push(+`1e${power}`);
    if (powers.length > 1) return powers;
  }
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(n => n * power).find(step => step >= rough * 0.999);
  const values = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n++)
    values.push(+(n * step).toPrecision(12));
  return values;
}

/** A number for reading: three digits. */
function spelled(value) {
  if (isNaN(value)) return "–";
  if (value === 0 || Number.isInteger(value) && Math.abs(value) < 1e6) return `${value}`;
  const size = Math.abs(value);
  if (size < 0.001 || size >= 1e6) return value.toExponential(1).replace("e+", "e");
  return size >= 1000 ? value.toFixed(0) : `${+value.toPrecision(3)}`;
}

const signed = value => (value > 0 ? "+" : "") + spelled(value);

/** The fewest digits that give the same float32 again. */
function exact(value) {
  if (isNaN(value)) return "";
  for (let digits = 6; digits < 9; digits++) {
    const text = +value.toPrecision(digits);
    if (Math.fround(text) === Math.fround(value)) return `${text}`;
  }
  return `${+value.toPrecision(9)}`;
}
