/**
 * How pages look: a palette in two schemes of which every colour of text has a contrast of 4.5 and more on what is behind it, and blocks made of it.
 *
 * - `.tile` a count with its noun, `.badge` a word with a sign before it, so that no colour says anything alone
 * - `table.list` rows of places; `table.cards` rows that stand below each other where there is little room, each cell after its `data-label`
 *
 * Source: WCAG 2.2, 1.4.1 (use of colour), 1.4.3 (contrast), 1.4.10 (reflow).
 */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #ffffff; --raised: #f5f6f8; --line: #d5d9e0; --text: #1b1f26; --faint: #565e6c;
  --bad: #b3261e; --bad-back: #fdecea; --warn: #7a4f00; --warn-back: #fff4d6;
  --good: #17692f; --good-back: #e6f5ea; --note: #1b5a94; --note-back: #e6f0fa;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171c; --raised: #1d2128; --line: #363c47; --text: #e7eaf0; --faint: #a3acbb;
    --bad: #ff9d94; --bad-back: #3d1a18; --warn: #f2c14e; --warn-back: #352a0e;
    --good: #7fd696; --good-back: #16301d; --note: #8fc1f2; --note-back: #152a3f;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 1.5rem 1.25rem 2.5rem; max-width: 72rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere;
}
h1 { margin: 0.25rem 0 0.5rem; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 2.25rem 0 0.5rem; font-size: 1.2rem; }
p { margin: 0.35rem 0; }
code { font-family: ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace; font-size: 0.92em; }
.faint { color: var(--faint); }
.small { font-size: 0.9em; }
.tiles { display: flex; flex-wrap: wrap; gap: 0.5rem; margin: 1rem 0 0; padding: 0; list-style: none; }
.tile { padding: 0.35rem 0.8rem; border: 1px solid var(--line); border-radius: 0.5rem; background: var(--raised); }
.tile b { font-size: 1.15rem; font-variant-numeric: tabular-nums; }
.badge { display: inline-block; padding: 0 0.5rem; border-radius: 0.4rem; font-size: 0.85em; font-weight: 600; white-space: nowrap; }
.bad { color: var(--bad); background: var(--bad-back); }
.warn { color: var(--warn); background: var(--warn-back); }
.good { color: var(--good); background: var(--good-back); }
.note { color: var(--note); background: var(--note-back); }
.quiet { color: var(--faint); background: var(--raised); }
h1 .badge { font-size: 0.65em; padding: 0.1rem 0.7rem; vertical-align: 0.2em; }
table { width: 100%; border-collapse: collapse; }
caption { padding: 0 0 0.35rem; color: var(--faint); font-size: 0.9rem; text-align: left; }
th, td { padding: 0.45rem 0.6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-bottom: 2px solid var(--line); color: var(--faint); font-size: 0.85em; overflow-wrap: normal; }
tbody th { font-weight: 400; }
.list th[scope="rowgroup"] { padding-top: 1rem; padding-bottom: 0.2rem; border: 0; font-weight: 600; }
.list .at { width: 5.5rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
.list .level { width: 7.5rem; }
.cards th[scope="row"] { width: 32%; }
.cards thead th:nth-child(2) { width: 28%; }
.cards .empty { color: var(--faint); }
footer { margin-top: 2.5rem; padding-top: 0.75rem; border-top: 1px solid var(--line); color: var(--faint); font-size: 0.9rem; }
@media (max-width: 40rem) {
  body { padding: 1rem 0.75rem 2rem; }
  h1 { font-size: 1.3rem; }
  .list thead, .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .list td, .list th { padding-left: 0; padding-right: 0.4rem; }
  .list .at { width: 3.6rem; }
  .list tr.finding { display: grid; grid-template-columns: 1fr auto; border-bottom: 1px solid var(--line); padding: 0.4rem 0; }
  .list tr.finding > * { border: 0; padding: 0.1rem 0; width: auto; }
  .list tr.finding > .what { grid-column: 1 / -1; }
  .cards, .cards tbody, .cards tr, .cards th, .cards td { display: block; width: auto; }
  .cards tr { padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
  .cards tbody th[scope="row"], .cards td { width: auto; padding: 0.1rem 0; border: 0; }
  .cards td.empty { display: none; }
  .cards td::before { content: attr(data-label) ": "; color: var(--faint); }
}
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --raised: #ffffff; --line: #b5bac4; --text: #000000; --faint: #444a55;
    --bad: #8c1d18; --bad-back: #ffffff; --warn: #5c3b00; --warn-back: #ffffff;
    --good: #0f4d21; --good-back: #ffffff; --note: #123f69; --note-back: #ffffff;
  }
  html { font-size: 9.5pt; }
  body { max-width: none; padding: 0; }
  .badge, .tile { border: 1px solid currentcolor; }
  tr, .tile { break-inside: avoid; }
  h2 { break-after: avoid; }
}
`;
