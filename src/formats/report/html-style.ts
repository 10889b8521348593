/**
 * What the page of a report has beside the style of all pages, in the same palette.
 *
 * - `.rows` images below each other, of three parts where there is room; `.counts` counts that lead to their sections
 * - `.trend` columns of shares; `.towers` two stacks of layers on one ground
 *
 * Colours of areas have a contrast of 3 and more to the page. Source: WCAG 2.2, 1.4.10 (reflow), 1.4.11 (contrast of graphics).
 */
export const REPORT_STYLE = `
:root { --fresh: #2b8a56; --stale: #c0392b; --open: #767e8c; --same: #8fb4d9; --was: #b58a3a; --now: #3a9d63; }
@media (prefers-color-scheme: dark) {
  :root { --fresh: #4cae78; --stale: #f0857a; --open: #9aa3b2; --same: #4f7ba8; --was: #b58e3f; --now: #4cae78; }
}
a { color: var(--note); }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--note); outline-offset: 2px; border-radius: 0.2rem; }
h3 { margin: 0; font-size: 1rem; font-weight: 600; }
section > h3:not(h2 + h3) { margin-top: 1.1rem; }
main > section, main > p { scroll-margin-top: 1rem; }
summary { cursor: pointer; color: var(--faint); }
header { display: grid; gap: 1rem 2.5rem; grid-template-columns: minmax(0, 1fr); }
header h1 { margin-top: 0; text-wrap: balance; }
.head > p { margin: 0 0 0.25rem; }
.lead { font-size: 1.05rem; }
.lead::first-letter { text-transform: uppercase; }
.alert { color: var(--bad); font-weight: 600; }
.alert::before { content: "! "; }
.counts { display: grid; gap: 0.5rem; grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr)); margin: 0; padding: 0; list-style: none; }
.counts .tile {
  display: block; height: 100%; padding: 0.4rem 0.7rem 0.5rem; border-left-width: 4px; color: var(--text);
  font-size: 0.9rem; line-height: 1.3; text-decoration: none;
}
.counts .tile:hover { border-color: var(--note); }
.counts .tile b { display: block; font-size: 1.25rem; line-height: 1.25; white-space: nowrap; }
.edge-bad { border-left-color: var(--stale); }
.edge-warn { border-left-color: var(--was); }
.edge-good { border-left-color: var(--fresh); }
.edge-note { border-left-color: var(--note); }
.edge-quiet { border-left-color: var(--open); }
.panel h2 { margin: 0 0 0.4rem; font-size: 1rem; }
.freshness { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 0.75rem 1.5rem; }
.shares { flex: 1 1 9rem; }
.trend { max-width: 100%; height: auto; }
.trend-line { stroke: var(--line); }
.trend-text { fill: var(--faint); font-size: 12px; }
.trend-name { fill: var(--text); font-size: 12px; font-weight: 600; }
.trend-fresh { fill: var(--fresh); }
.trend-stale { fill: var(--stale); }
.trend-unknown { fill: var(--page); stroke: var(--open); stroke-width: 1.3; }
.shares { margin: 0; padding: 0; list-style: none; }
.shares li { position: relative; margin-bottom: 0.4rem; padding-left: 1.4rem; line-height: 1.35; }
.swatch { position: absolute; left: 0; top: 0.2rem; width: 0.9rem; height: 0.9rem; }
.numbers { margin-top: 0.35rem; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
.numbers th, .numbers td { padding: 0.15rem 0.4rem; }
.numbers td, .numbers thead th:not(:first-child) { text-align: right; }
.all-well { margin-top: 1.75rem; font-size: 1.05rem; }
.aside { padding: 0.5rem 1rem; border: 1px solid var(--line); border-left: 4px solid var(--was); border-radius: 0.5rem; background: var(--raised); }
.aside ul { margin: 0.2rem 0 0.6rem; padding-left: 1.2rem; }
.rows { margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--line); }
.row {
  display: grid; gap: 0.15rem 1.5rem; grid-template-columns: minmax(0, 34%) minmax(0, 1fr) fit-content(12rem);
  padding: 0.6rem 0; border-bottom: 1px solid var(--line);
}
.row p { margin: 0; }
.row > :nth-child(3) { text-align: right; }
.row .number { font-variant-numeric: tabular-nums; }
.row > .stacks { grid-column: 1 / -1; text-align: left; }
.updates, .names { margin: 0; padding: 0; list-style: none; }
.updates li { margin-bottom: 0.2rem; }
.updates .badge { min-width: 4.2rem; text-align: center; }
.names li { display: inline-block; margin-right: 0.9rem; }
.steps { margin: 0; padding-left: 2rem; }
.steps li { padding: 0.2rem 0; }
.steps li::marker { color: var(--faint); font-variant-numeric: tabular-nums; }
.bar { display: block; width: 100%; height: 0.6rem; margin: 0.35rem 0 0.75rem; border-radius: 0.3rem; }
.bar-all { fill: var(--line); }
.bar-part { fill: var(--was); }
.type {
  margin: 0.35rem 0 1rem; padding: 0.6rem 0.8rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--raised);
  white-space: pre-wrap;
}
.whole { -webkit-user-select: all; user-select: all; }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.1rem 1rem; margin: 0; }
.facts dt { grid-column: 1; font-weight: 600; }
.facts dd { grid-column: 2; margin: 0; }
.stacks { margin-top: 0.35rem; }
.stacks > summary { width: fit-content; font-size: 0.9em; }
.towers { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 0.5rem; max-width: 52rem; margin: 0.5rem 0 0.4rem; }
.tower { align-self: end; }
.tower > p { padding: 0 0.2rem 0.3rem; line-height: 1.35; }
.layers { display: grid; gap: 3px; margin: 0; padding: 0; list-style: none; }
.layers li {
  display: grid; grid-template-columns: 1.6rem minmax(0, 1fr) auto; gap: 0 0.4rem; align-items: baseline; padding: 0.25rem 0.5rem;
  border: 1px solid var(--line); border-left: 4px solid var(--line); border-radius: 0.25rem; background: var(--raised); font-size: 0.8rem; line-height: 1.35;
}
.layers .position { color: var(--faint); font-variant-numeric: tabular-nums; text-align: right; }
.layers .step { overflow: hidden; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; }
.layers .fold { display: block; border-style: dashed; border-left-width: 1px; background: none; color: var(--faint); text-align: center; }
.old .layers li { border-left-color: var(--was); }
.new .layers li { border-left-color: var(--now); }
.old .layers li:last-child { border-color: var(--was); background: var(--warn-back); }
.new .layers li:last-child { border-color: var(--now); background: var(--good-back); }
.tower > .none { margin: 0; padding: 0.35rem; border: 1px dashed var(--line); border-radius: 0.25rem; color: var(--faint); font-size: 0.8rem; text-align: center; }
.difference { grid-column: 1 / -1; display: flex; align-items: center; gap: 0.6rem; padding: 0.3rem 0; color: var(--bad); font-size: 0.8rem; font-weight: 600; }
.alike .difference { color: var(--note); }
.alike .old .layers li:last-child { border-color: var(--line); border-left-color: var(--was); background: var(--raised); }
.difference::before, .difference::after { content: ""; flex: 1; border-top: 2px dashed currentcolor; }
.ground { grid-column: 1 / -1; padding: 0.35rem 0.4rem 0.4rem; border: 1px solid var(--same); border-radius: 0.35rem; background: var(--note-back); }
.ground > p { padding: 0 0.2rem 0.25rem; color: var(--note); font-weight: 600; text-align: center; }
.ground > .none { padding: 0; font-size: 0.85rem; }
.ground .layers li { border-left-color: var(--same); background: var(--page); }
@media (min-width: 62rem) {
  header { grid-template-columns: minmax(0, 1fr) minmax(0, 36rem); grid-template-rows: auto 1fr; }
  header > .head { grid-area: 1 / 1; }
  header > nav { grid-area: 2 / 1; }
  header > .panel { grid-area: 1 / 2 / span 2; padding-left: 2rem; border-left: 1px solid var(--line); }
}
@media (max-width: 40rem) {
  .counts { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  .counts .tile { padding: 0.3rem 0.5rem 0.4rem; font-size: 0.8rem; }
  .counts .tile b { font-size: 1.15rem; }
  .row { grid-template-columns: minmax(0, 1fr); }
  .row > :nth-child(3) { text-align: left; }
  .row.short { grid-template-columns: minmax(0, 1fr) auto; }
  .row.short > :nth-child(2) { grid-area: 2 / 1 / auto / span 2; }
  .row.short > :nth-child(3) { grid-area: 1 / 2; text-align: right; }
  .layers li { grid-template-columns: auto minmax(0, 1fr); padding: 0.25rem 0.4rem; font-size: 0.75rem; }
  .layers li code { grid-column: 2; }
}
@media print {
  :root { --fresh: #2b8a56; --stale: #c0392b; --open: #555c68; --same: #5d86b0; --was: #8a6a2a; --now: #2b7a4a; }
  .row, .stacks, .towers, .counts, .panel { break-inside: avoid; }
  .stacks { print-color-adjust: exact; }
  a { color: inherit; }
}
`;
