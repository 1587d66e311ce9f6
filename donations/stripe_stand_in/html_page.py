"""The frame of the stand-in's own pages: plain HTML, its style within, nothing from elsewhere."""

from html import escape

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
main.wide { width: min(70rem, 100% - 2rem) }
h1 { font-size: 1.05rem; font-weight: 500; color: var(--soft); margin: 0 }
.amount { font-size: 2.25rem; font-weight: 650; margin: .1rem 0 .25rem;
  font-variant-numeric: tabular-nums; letter-spacing: -.02em }
.amount small { font-size: 1rem; font-weight: 400; color: var(--soft); letter-spacing: 0 }
.about { color: var(--soft); margin: 0 0 1.25rem }
label { display: block; font-weight: 550; margin: 1rem 0 .25rem }
input { width: 100%; font: inherit; color: inherit; background: var(--paper);
  padding: .65rem .75rem; border: 1px solid var(--soft); border-radius: .4rem }
.hint { color: var(--soft); font-size: .875rem; margin: .25rem 0 0 }
button { font: inherit; font-weight: 600; min-height: 2.75rem; border-radius: .4rem;
  border: 1px solid var(--soft); background: var(--paper); color: var(--ink); cursor: pointer;
  padding: .5rem .9rem }
button.first { width: 100%; margin: 1.5rem 0 .75rem; background: var(--accent);
  border-color: var(--accent); color: var(--on-accent) }
.others { display: flex; flex-wrap: wrap; gap: .5rem } .others button { flex: 1 }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.error { border-left: 4px solid var(--bad); color: var(--bad); font-weight: 600;
  padding: .4rem .75rem; margin: 0 0 1rem }
table { border-collapse: collapse; width: 100%; font-size: .9rem }
th, td { text-align: start; padding: .4rem .6rem; border-bottom: 1px solid var(--line);
  white-space: nowrap }
.scroll { overflow-x: auto } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
a { color: var(--accent) } code { font-size: .9em }
"""


def page(title: str, content: str, *, wide: bool = False) -> str:
    """A whole page; `content` is HTML already."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body>"
        '<p class="banner">Stand-in: no real money</p>'
        f"<main{' class=wide' if wide else ''}>{content}</main></body></html>"
    )
