// Three plots of the last hour, drawn by uPlot. Pointing at one reads all of them off at the same time.

import uPlot from './uplot.js';
import { byId, element, setAttribute, setText } from './dom.js';
import { bytesPerSecond, clock, count, instant, perSecond } from './format.js';

const HEIGHT = 96;

/** A plot spans at least this time. */
const LEAST_SECONDS = 600;

/** Steps between labels: whole minutes, since labels have no seconds. */
const STEPS_SECONDS = [60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400];

const GAP = 6;
const FONT = '11px system-ui, sans-serif';

const PLOTS = [
  {
    title: 'Throughput',
    tells: bytesPerSecond,
    series: [
      { label: 'down', mark: '↓ ', field: 'bytes_downstream_per_second', color: 'plot-a' },
      { label: 'up', mark: '↑ ', field: 'bytes_upstream_per_second', color: 'plot-b' },
    ],
    least: 1_000,
  },
  { title: 'Open tunnels', tells: count, series: [{ label: '', mark: '', field: 'tunnels', color: 'plot-a' }], least: 4 },
  { title: 'Legacy requests', tells: perSecond, series: [{ label: '', mark: '', field: 'legacy_per_second', color: 'plot-c' }], least: 1 },
];

const drawn = [];

export function startPlots() {
  const place = byId('plots');
  PLOTS.forEach((plot) => place.append(made(plot)));
  const watch = new ResizeObserver(() => drawn.forEach(({ chart, canvas }) => fit(chart, canvas)));
  drawn.forEach(({ canvas }) => watch.observe(canvas));
  document.addEventListener('themechange', () => drawn.forEach(({ chart }) => chart.redraw()));
}

/** Shows an answer to /history. */
export function showPlots(history) {
  const end = instant(history.end) / 1_000;
  const length = history.tunnels.length;
  const times = history.tunnels.map((_, index) => end - (length - 1 - index) * history.interval_seconds);
  for (const one of drawn) {
    const values = one.plot.series.map(({ field }) => history[field] ?? times.map(() => null));
    one.chart.setData([times, ...values]);
    read(one);
    const tells = one.plot.series.map(({ label }, index) => {
      const most = values[index].reduce((largest, value) => Math.max(largest, value ?? 0), 0);
      return `${label} at most ${one.plot.tells(most)}`.trim();
    });
    const span = length < 2 ? '' : `, from ${clock(times[0] * 1_000)} to ${clock(end * 1_000)}`;
    setAttribute(one.canvas, 'aria-label', `${one.plot.title}${span}: ${tells.join(', ')}`);
  }
}

function made(plot) {
  const readings = plot.series.map(({ color }) => element('span', { class: `reading ${color}` }));
  const time = element('span', { class: 'time' });
  const canvas = element('div', { class: 'canvas', role: 'img', 'aria-label': plot.title });
  const figure = element(
    'figure',
    {},
    element('figcaption', {}, element('span', { class: 'what' }, plot.title), time, ...readings),
    canvas,
  );
  const one = { plot, readings, time, canvas, chart: null };
  one.chart = new uPlot(options(one), [[], ...plot.series.map(() => [])], canvas);
  drawn.push(one);
  return figure;
}

function options(one) {
  const { plot, canvas } = one;
  const line = ({ color }) => ({
    stroke: () => ink(canvas, color),
    fill: () => ink(canvas, `${color}-fill`),
    width: 1.5,
    points: { show: false },
  });
  const axis = {
    stroke: () => ink(canvas, 'muted'),
    font: FONT,
    ticks: { show: false },
  };
  return {
    width: 320,
    height: HEIGHT,
    padding: [8, 20, 0, 0], // so that labels that are centered on the ends have their room
    legend: { show: false },
    cursor: { sync: { key: 'detour' }, drag: { setScale: false, x: false, y: false }, y: false, points: { size: 5 } },
    scales: { x: { range: span }, y: { range: (_, __, most) => [0, Math.max(plot.least, (most ?? 0) * 1.12)] } },
    series: [{}, ...plot.series.map(line)],
    axes: [
      {
        ...axis,
        size: 20,
        gap: 4,
        space: 64,
        incrs: STEPS_SECONDS,
        grid: { show: false },
        values: (_, marks) => marks.map((mark) => clock(mark * 1_000)),
      },
      {
        ...axis,
        size: widest,
        gap: GAP,
        space: 28,
        grid: { stroke: () => ink(canvas, 'line'), width: 1 },
        values: (_, marks) => marks.map(plot.tells),
      },
    ],
    hooks: { setCursor: [() => read(one)] },
  };
}

/** From the first sample to the last. What uPlot has found is not that: of a single sample it makes a day. */
function span(chart) {
  const times = chart.data[0];
  const end = times.at(-1) ?? Date.now() / 1_000;
  return [Math.min(times.at(0) ?? end, end - LEAST_SECONDS), end];
}

/** The room that the labels of an axis take. */
function widest(chart, labels) {
  const { ctx } = chart;
  ctx.save();
  ctx.font = FONT;
  const width = (labels ?? []).reduce((most, label) => Math.max(most, ctx.measureText(label).width), 0);
  ctx.restore();
  return Math.ceil(width) + GAP + 2;
}

/** What the pointer is on, or else the newest sample. */
function read({ plot, readings, time, chart }) {
  if (chart === null) {
    return;
  }
  const pointed = chart.cursor.idx;
  const times = chart.data[0];
  const index = pointed ?? times.length - 1;
  setText(time, pointed === null || pointed === undefined ? '' : clock(times[pointed] * 1_000));
  plot.series.forEach(({ mark }, series) => {
    setText(readings[series], mark + plot.tells(chart.data[series + 1][index]));
  });
}

/** A color of the theme in force, as a canvas takes it. */
function ink(canvas, name) {
  canvas.style.color = `var(--${name})`;
  const color = getComputedStyle(canvas).color;
  canvas.style.color = '';
  return color;
}

function fit(chart, canvas) {
  const width = canvas.clientWidth;
  if (width > 0 && width !== chart.width) {
    chart.setSize({ width, height: HEIGHT });
  }
}
