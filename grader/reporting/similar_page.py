"""The page that shows what is alike, groups and pairs: `page`.

It is one file that asks nobody for anything. Its policy allows its own style and nothing else, no script at
all, so that even a mistake in escaping could run nothing.
"""

import base64
import hashlib

import jinja2
from markupsafe import Markup

from grader.classes.similar import Alike
from grader.text import visible

STYLE = """
:root { color-scheme: light dark; --same: #fdf3d7; --line: #cfd4d0; --quiet: #565d59; }
@media (prefers-color-scheme: dark) { :root { --same: #4a4016; --line: #40484c; --quiet: #a5aeaa; } }
body { max-width: 90rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; font: 1rem/1.55 system-ui, sans-serif;
  overflow-wrap: anywhere; }
h2 { margin-top: 2.6rem; border-top: 1px solid var(--line); padding-top: 1rem; }
.sides { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 28rem), 1fr)); gap: 1rem; }
figure { margin: 0; min-width: 0; }
figcaption { color: var(--quiet); }
pre { overflow-x: auto; border: 1px solid var(--line); border-radius: 4px; padding: .6rem; font-size: .85rem;
  line-height: 1.45; overflow-wrap: normal; }
mark { background: var(--same); color: inherit; }
table { border-collapse: collapse; }
th, td { text-align: left; padding: .15rem 1.2rem .15rem 0; vertical-align: top; }
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Submissions that are alike</title>
<style>{{ style }}</style>
</head>
<body>
<main>
<h1>Submissions that are alike</h1>
<p>{{ submissions }} submissions were compared, after renaming and reformatting.
Groups with equal answers: {{ groups | length or "none" }}.
Pairs that are alike: {{ pairs | length or "none" }}.
Alike is not a proof: people work together, learn from one source, or find the same short way. Read both sides
before you talk to anybody.</p>
{% for group in groups %}
<section aria-labelledby="group-{{ loop.index }}">
<h2 id="group-{{ loop.index }}">{{ group.group | length }} with equal answers</h2>
<p>{{ group.group | join(", ") }}. Names and layout may differ; below is what {{ group.group[0] }} wrote.</p>
{% for shared in group.exercises %}
<h3>{{ shared.exercise }}</h3>
<pre tabindex="0">{% for line in shared.lines %}{{ line }}{{ "\\n" }}{% endfor %}</pre>
{% endfor %}
</section>
{% endfor %}
{% if pairs %}
<table>
<thead><tr><th scope="col">Score</th><th scope="col">Submissions</th></tr></thead>
<tbody>
{% for pair in pairs %}
<tr><td>{{ "%.2f" | format(pair.score) }}</td>
<td><a href="#pair-{{ loop.index }}">{{ pair.first }} and {{ pair.second }}</a></td></tr>
{% endfor %}
</tbody>
</table>
<p>Lines that both have are marked, and begin with ▌.</p>
{% endif %}
{% for pair in pairs %}
<section aria-labelledby="pair-{{ loop.index }}">
<h2 id="pair-{{ loop.index }}">{{ pair.first }} and {{ pair.second }}: {{ "%.2f" | format(pair.score) }}</h2>
{% for likeness in pair.exercises %}
<h3>{{ likeness.exercise }}: {{ "%.2f" | format(likeness.score) }}</h3>
<div class="sides">
{% for name, excerpt in ((pair.first, likeness.first), (pair.second, likeness.second)) %}
<figure>
<figcaption>{{ name }}</figcaption>
<pre tabindex="0">{% for line in excerpt.lines %}
{% if loop.index0 in excerpt.marked %}<mark>▌ {{ line }}</mark>{% else %}  {{ line }}{% endif %}{{ "\\n" }}
{%- endfor %}</pre>
</figure>
{% endfor %}
</div>
{% endfor %}
</section>
{% endfor %}
</main>
</body>
</html>
"""


def page(found: Alike, submissions: int) -> str:
    """Return the page, as HTML.

    Args:
        found: what is alike, in the order to show it.
        submissions: how many were compared.
    """
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
    )
    return environment.from_string(PAGE).render(
        groups=found.groups,
        pairs=found.pairs,
        submissions=submissions,
        style=Markup(STYLE),
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
    )


def _finalize(value: object) -> object:
    """Write out what would act unseen in a string; Jinja escapes it after that."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
