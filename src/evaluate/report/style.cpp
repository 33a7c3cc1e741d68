#include "evaluate/report/internal/plots.h"

namespace osler::evaluate::report {
namespace {

// Colours by role; light, dark by the reader's system, and print.
constexpr const char* kTokens = R"(
:root { color-scheme: light;
  --font: "Segoe UI", -apple-system, BlinkMacSystemFont, "Inter", "Roboto", "Noto Sans", "Liberation Sans", system-ui, sans-serif;
  --mono: ui-monospace, "Cascadia Mono", Consolas, "Noto Sans Mono", "DejaVu Sans Mono", monospace;
  --bg: #ffffff; --bg-2: #f6f7f7; --bg-3: #eceff0; --ink: #15181b; --ink-2: #444b51; --ink-3: #5f676e;
  --line: #e1e4e6; --line-2: #c5cace; --accent: #0b5f8a; --critical: #b3261e; --urgent: #8a5200; }
@media (prefers-color-scheme: dark) { :root { color-scheme: dark;
  --bg: #121416; --bg-2: #191c1f; --bg-3: #22272b; --ink: #e4e7ea; --ink-2: #b1b8be; --ink-3: #929aa1;
  --line: #272c30; --line-2: #3b4248; --accent: #6fb7dd; --critical: #ff8a80; --urgent: #efb45c; } }
)";

constexpr const char* kPage = R"(
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 400 .875rem/22px var(--font);
  font-variant-numeric: tabular-nums; -webkit-font-smoothing: antialiased; text-rendering: optimizeLegibility; }
h1, h2, h3, p, dl, dd, ul, figure { margin: 0; padding: 0; }
ul { list-style: none; }
.bar { max-width: 884px; margin: 0 auto; padding: 6px 24px; display: flex; gap: 16px; border-bottom: 1px solid var(--line); font-size: .75rem; line-height: 28px; }
.bar b { font-size: .875rem; font-weight: 650; letter-spacing: -.01em; }
main { max-width: 884px; margin: 0 auto; padding: 32px 24px 48px; }
main p { max-width: 720px; margin-bottom: 8px; }
h1 { font-size: 1.75rem; line-height: 36px; font-weight: 600; letter-spacing: -.015em; max-width: 720px; overflow-wrap: anywhere; }
h2 { font-size: 1rem; line-height: 24px; font-weight: 600; margin: 40px 0 8px; padding-top: 12px; border-top: 1px solid var(--line-2); }
h2 .no { color: var(--ink-3); font-weight: 400; margin-right: 8px; }
h3 { font-size: .875rem; line-height: 20px; font-weight: 600; margin-top: 16px; }
b, strong { font-weight: 600; }
.sub { color: var(--ink-2); margin-top: 8px; }
.meta { display: grid; grid-template-columns: repeat(4, auto); gap: 4px 24px; margin-top: 16px; padding: 8px 0 10px; border-top: 1px solid var(--line-2); border-bottom: 1px solid var(--line-2); font-size: .8125rem; line-height: 20px; }
.meta dt { color: var(--ink-3); font-size: .75rem; line-height: 16px; } .meta dd { overflow-wrap: anywhere; }
.meta + h2 { border-top: 0; margin-top: 16px; }
.plain { font-size: 1rem; line-height: 26px; }
.plain li { max-width: 740px; padding: 5px 0 6px 24px; position: relative; }
.plain li::before { content: ""; position: absolute; left: 2px; top: 17px; width: 10px; border-top: 1px solid var(--ink-3); }
.plain b { white-space: nowrap; }
.q { color: var(--ink-2); } .qq { color: var(--ink-3); } .n { text-align: right; white-space: nowrap; } .nw { white-space: nowrap; }
.mono { font-family: var(--mono); font-size: .923em; overflow-wrap: anywhere; }
.vh { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
table { border-collapse: collapse; width: 100%; font-size: .8125rem; line-height: 20px; }
th { font-weight: 400; text-align: left; color: var(--ink-3); font-size: .75rem; line-height: 16px; vertical-align: bottom; }
th, td { padding: 4px 12px 5px 0; border-bottom: 1px solid var(--line); }
td { vertical-align: baseline; } th.n { text-align: right; }
tr > :last-child { padding-right: 0; }
thead th, thead td { border-bottom-color: var(--line-2); }
tbody th[scope="row"] { font-size: inherit; line-height: inherit; color: var(--ink); vertical-align: baseline; }
.scroll { overflow-x: auto; } .scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.w { display: inline-flex; align-items: center; gap: 6px; white-space: nowrap; }
.w.critical { color: var(--critical); font-weight: 600; } .w.urgent { color: var(--urgent); font-weight: 600; }
.w.critical svg.i, .w.urgent svg.i { fill: currentColor; stroke: none; }
svg.i { width: 12px; height: 12px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.5; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 24px; } .pair figure { min-width: 0; }
figure { margin-top: 12px; }
figcaption { color: var(--ink-2); font-size: .8125rem; line-height: 20px; max-width: 720px; margin-bottom: 8px; } figcaption b { color: var(--ink); }
.forest td, .forest th { padding-top: 0; padding-bottom: 0; line-height: 24px; border-bottom: 0; vertical-align: middle; white-space: nowrap; }
.forest tbody th[scope="row"] { vertical-align: middle; } .forest thead th { line-height: 20px; } .forest tr.new > * { border-top: 1px solid var(--line); } .forest svg.row { display: block; max-width: none; }
.forest th.name { max-width: 220px; overflow: hidden; text-overflow: ellipsis; }
.fail { display: grid; grid-template-columns: repeat(4, 1fr); gap: 16px; } .fail figure { margin: 0; }
.fail img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: #000; } .fail figcaption { margin: 4px 0 0; font-size: .75rem; line-height: 16px; overflow-wrap: anywhere; }
.methods { columns: 2; column-gap: 32px; font-size: .8125rem; line-height: 20px; } .methods li { break-inside: avoid; padding-bottom: 6px; } .methods b { display: block; }
details { margin-top: 8px; font-size: .8125rem; } summary { color: var(--accent); cursor: pointer; width: fit-content; } summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
footer { margin-top: 32px; padding-top: 12px; border-top: 1px solid var(--line-2); color: var(--ink-2); font-size: .75rem; line-height: 18px; }
)";

constexpr const char* kCharts = R"(
svg.c { display: block; max-width: 100%; height: auto; overflow: visible; font: 400 12px/1 var(--font); font-variant-numeric: tabular-nums; }
svg.c text { fill: var(--ink-3); } svg.c text.k { fill: var(--ink); } svg.c text.k2 { fill: var(--ink-2); } svg.c text.b { font-weight: 600; fill: var(--ink); } svg.c text.a { fill: var(--accent); }
svg.c text.e { text-anchor: end; } svg.c text.m { text-anchor: middle; }
svg.c .ax { stroke: var(--line-2); fill: none; shape-rendering: crispEdges; } svg.c .gr { stroke: var(--line); fill: none; shape-rendering: crispEdges; }
svg.c .ref { stroke: var(--ink-3); stroke-dasharray: 3 3; fill: none; } svg.c .thr { stroke: var(--ink-2); fill: none; stroke-width: 1.5; }
svg.c .ref2 { stroke: var(--accent); stroke-width: 1.5; fill: none; stroke-dasharray: 6 3; } svg.c .floor { stroke: var(--ink-2); stroke-dasharray: 3 3; fill: none; }
svg.c .band { fill: var(--ink); opacity: .11; }
svg.c .l1 { stroke: var(--ink); stroke-width: 1.5; fill: none; stroke-linejoin: round; } svg.c .l2 { stroke: var(--accent); stroke-width: 1.5; fill: none; stroke-linejoin: round; }
svg.c .ci { stroke: var(--ink); stroke-width: 1.5; fill: none; } svg.c .pt { fill: var(--ink); } svg.c .hol2 { fill: var(--bg); stroke: var(--accent); stroke-width: 1.5; }
svg.c .bar1 { fill: var(--ink-3); } svg.c .f1 { fill: var(--ink-2); } svg.c .f0 { fill: var(--line-2); }
.nat .f1x { fill: var(--ink-2); } .nat .f0x { fill: var(--bg); stroke: var(--ink-2); } .nat .f2x { fill: var(--line-2); }
@media screen and (max-width: 760px) { .pair, .methods { grid-template-columns: 1fr; columns: 1; } .fail, .meta { grid-template-columns: 1fr 1fr; } .forest { min-width: 640px; } }
)";

constexpr const char* kPrint = R"(
@page { size: A4; margin: 16mm 15mm 18mm; }
@media print {
  :root { color-scheme: light; --bg: #fff; --bg-2: #fff; --bg-3: #eee; --ink: #000; --ink-2: #333; --ink-3: #555; --line: #ddd; --line-2: #bbb; --accent: #0b5f8a; --urgent: #7a4800; --critical: #a3221b; }
  .bar, details { display: none; } main { max-width: none; padding: 0; } body { font-size: 9.5pt; line-height: 13.5pt; }
  .plain { font-size: 10.5pt; line-height: 15pt; } .plain li { padding: 2pt 0 3pt 18pt; } .plain li::before { top: 10pt; }
  h1 { font-size: 19pt; line-height: 24pt; } h2 { margin-top: 14pt; break-after: avoid; } h2 + p, h3 { break-after: avoid; } td, th { padding-top: 2pt; padding-bottom: 2.5pt; }
  .scroll { overflow: visible; } table, .methods, figcaption { font-size: 8.5pt; line-height: 12pt; } figure, tr, .pair, .fail, .methods { break-inside: avoid; } thead { display: table-header-group; } .pair { gap: 12pt; }
}
)";

}  // namespace

std::string style_sheet() {
  return std::string(kTokens) + kPage + kCharts + kPrint;
}

std::string picture_style() {
  return std::string(kTokens) + kCharts +
         ".paper { fill: var(--bg); } svg.c .ci1 { stroke: var(--ink-3); fill: none; } "
         "svg.c .ci2 { stroke: var(--accent); fill: none; opacity: .6; }";
}

}  // namespace osler::evaluate::report
