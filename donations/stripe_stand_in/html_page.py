"""The frame of the stand-in's own pages: plain HTML, its style within, nothing from elsewhere."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d5dae0;
  --paper: #fff; --ground: #f3f5f8; --accent: #0b57d0; --on-accent: #fff; --bad: #b3261e;
  --note: #fff4ce; --note-ink: #4a3b00 }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a9b1ba; --line: #3a4049;
  --paper: #1d2126; --ground: #121519; --accent: #8ab4f8; --on-accent: #10141a; --bad: #f2b8b5;
  --note: #3b3000; --note-ink: #ffe8a3 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif }
.banner { background: var(--note); color: var(--note-ink); padding: .6rem 1rem;
  text-align: center; font-weight: 600; margin: 0 }
main { width: min(27rem, 100% - 2rem); margin: 2rem auto; padding: 1.5rem; background: var(--paper);
  border: 1px solid var(--line); border-radius: .75rem }
h1 { font-size: 1.05rem; font-weight: 500; color: var(--soft); margin: 0 }
.amount { font-size: 2.25rem; font-weight: 650; margin: .1rem 0 .25rem;
  font-variant-numeric: tabular-nums; letter-spacing: -.02em }
.amount small { font-size: 1rem; font-weight: 400; color: var(--soft); letter-spacing: 0 }
.about { color: var(--soft); margin: 0 0 1.25rem }
label { display: block; font-weight: 550; margin: 1rem 0 .25rem }
input, select { width: 100%; font: inherit; font-weight: 400; color: inherit; background: var(--paper);
  padding: .65rem .75rem; border: 1px solid var(--soft); border-radius: .4rem }
input[type=checkbox] { width: 1.25rem; height: 1.25rem; accent-color: var(--accent) }
fieldset { border: 0; padding: 0; margin: 1rem 0 0 } legend { font-weight: 550; padding: 0 }
main:not(.wide) > section { margin-top: 2rem }
fieldset label { display: inline-block; font-weight: 400; margin: .25rem 1rem 0 0 }
[type=radio] { width: auto }
.hint { color: var(--soft); font-size: .875rem; margin: .25rem 0 0; font-weight: 400 }
button { font: inherit; font-weight: 600; min-height: 2.75rem; border-radius: .4rem;
  border: 1px solid var(--soft); background: var(--paper); color: var(--ink); cursor: pointer;
  padding: .5rem .9rem }
button.first { width: 100%; margin: 1.5rem 0 .75rem; background: var(--accent);
  border-color: var(--accent); color: var(--on-accent) }
.others { display: flex; flex-wrap: wrap; gap: .5rem } .others button { flex: 1 }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.error { border-left: 4px solid var(--bad); color: var(--bad); font-weight: 600;
  padding: .4rem .75rem; margin: 0 0 1rem }
.done { border-left: 4px solid var(--accent); padding: .4rem .75rem; margin: 0 0 1rem;
  overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100%; font-size: .9rem;
  font-variant-numeric: tabular-nums }
th, td { text-align: start; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; overflow-wrap: anywhere }
th, time, td a, td.number, .whole { white-space: nowrap; overflow-wrap: normal } th { color: var(--soft); font-weight: 500 } td.number { text-align: end; padding-inline-end: 2rem }
th.number { text-align: end; padding-inline-end: 2rem }
.scroll { overflow-x: auto } h2 { font-size: 1.1rem; margin: 0 0 .75rem }
h3 { font-size: 1rem; margin: 1.5rem 0 .25rem }
a { color: var(--accent) } code, pre { font-size: .875rem }
pre { overflow-x: auto; margin: 0; line-height: 1.45 }
main.wide { width: min(72rem, 100% - 2rem); padding: 0; background: none; border: 0 }
.wide h1 { font-size: 1.4rem; font-weight: 650; color: var(--ink); overflow-wrap: anywhere }
.wide section { background: var(--paper); border: 1px solid var(--line); border-radius: .75rem;
  padding: 1.25rem 1.5rem; margin: 1.25rem 0; min-width: 0 }
.wide summary { cursor: pointer; font-weight: 600; min-height: 2.75rem; padding: .6rem 0 }
.wide form p { margin: 0 } .wide label { margin: 0 0 .25rem }
.row { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin: .75rem 0 0 }
.row > p { flex: 0 1 12rem; min-width: 8rem }
.grid { display: grid; gap: 1rem 1.5rem; margin: .75rem 0 1rem; align-items: start;
  grid-template-columns: repeat(auto-fill, minmax(min(13rem, 100%), 1fr)) }
.spots { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: .25rem 0 0; padding: 0;
  list-style: none } .spots a { display: inline-block; padding: .6rem 0 }
.tick label { display: flex; gap: .6rem; align-items: center; min-height: 2.75rem; margin: 0 }
.plain { align-items: start; margin: 0 0 .75rem } .plain .row { margin: 0 } .plain form { max-width: 16rem }
.acts { display: grid; gap: 0; margin: 0 } .acts form { border-top: 1px solid var(--line);
  padding: .75rem 0 } .acts form:first-child { border-top: 0 }
.columns { display: grid; gap: 0 1.25rem } @media (min-width: 60rem) {
  .columns { grid-template-columns: 1fr 1fr } .columns > * { min-width: 0 }
  .columns section { margin: 0 0 1.25rem } .columns { margin: 1.25rem 0 0 } }
@media (max-width: 30rem) { .wide section { padding: 1rem } thead { display: none }
  .wide tr { display: flex; flex-wrap: wrap; gap: 0 .75rem; padding: .5rem 0;
    border-bottom: 1px solid var(--line) } td { border: 0; padding: .1rem 0 } td:empty { display: none }
  td.number { padding: .1rem 0; text-align: start } td a { white-space: normal; overflow-wrap: anywhere } }
"""


def page(title: str, content: str, *, wide: bool = False) -> str:
    """A whole page; `content` is HTML already."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body>"
        '<header class="banner">Stand-in: no real money</header>'
        f"<main{' class=wide' if wide else ''}>{content}</main></body></html>"
    )


def section(title: str, content: str, spot: str = "") -> str:
    """`spot` is where a link of the page leads to."""
    named = f' id="{spot}"' if spot else ""
    return f"<section{named}><h2>{escape(title)}</h2>{content}</section>"


def table(
    label: str, heads: Sequence[str], rows: Iterable[Sequence[str]], nothing: str = "None yet."
) -> str:
    """Cells are HTML already. A head that ends with a space is of a column of numbers."""
    numbers = [' class="number"' if head.endswith(" ") else "" for head in heads]
    body = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(row, numbers, strict=True))
        + "</tr>"
        for row in rows
    )
    if not body:
        return f'<p class="hint">{escape(nothing)}</p>'
    head = "".join(
        f'<th scope="col"{kind}>{escape(text.strip())}</th>'
        for text, kind in zip(heads, numbers, strict=True)
    )
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(label)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def link(identifier: str, text: str = "") -> str:
    """To the page of an object."""
    shown = text or (identifier if len(identifier) < 18 else f"{identifier[:14]}…")
    return f'<a href="/objects/{quote(identifier, safe="")}">{escape(shown)}</a>'


def moment(seconds: int | float | None) -> str:
    if seconds is None:
        return ""
    at = datetime.fromtimestamp(seconds, UTC)
    written = f"{at.day} {at:%b %Y, %H:%M}"
    return f'<time datetime="{at:%Y-%m-%dT%H:%M:%SZ}">{written}</time>'
