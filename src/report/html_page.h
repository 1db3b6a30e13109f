#pragma once

#include <string_view>

namespace report {

// The look of the HTML report: system fonts, light and dark, nothing fetched from elsewhere.
inline constexpr std::string_view kStyle = R"css(
:root { color-scheme: light dark; --ink: #1d2733; --soft: #667; --line: #d8dde3; --paper: #fff;
  --good: #18794e; --bad: #c62a2f; --warn: #ad5700; --bar: #3e7bdc; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --soft: #9aa4b2; --line: #333b46;
  --paper: #14181d; --good: #4cc38a; --bad: #ff6369; --warn: #f1a10d; --bar: #6ea8ff; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
.soft { color: var(--soft) } .good { color: var(--good) } .bad { color: var(--bad) } .warn { color: var(--warn) }
.result { font-size: 1.1rem; font-weight: 600; margin: 1rem 0 .2rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1.2rem; margin: 1rem 0 }
dt { color: var(--soft) } dd { margin: 0 }
table { border-collapse: collapse; width: 100% } .wide { overflow-x: auto }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
th { color: var(--soft); font-weight: 500 } td.n { text-align: right; font-variant-numeric: tabular-nums }
code { font: 13px ui-monospace, monospace }
.lane { position: relative; height: .7rem; min-width: 12rem; background: color-mix(in srgb, var(--line) 40%, transparent) }
.lane i { position: absolute; top: 0; bottom: 0; background: var(--bar); min-width: 2px; border-radius: 2px }
.lane i.bad { background: var(--bad) } .lane i.back { background: var(--warn) }
details { margin-top: 2rem } summary { cursor: pointer }
)css";

}  // namespace report
