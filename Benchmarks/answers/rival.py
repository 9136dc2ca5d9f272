"""The page of /__bench/page in Flask, made anew for every request."""

from flask import Flask, render_template_string, request

PAGE = """<!doctype html><html lang="en"><title>Notices</title><h1>Notices</h1><table>\
{% for number in range(1, rows + 1) %}<tr><td>{{ number }}</td><td>Notice {{ number * 7919 }} of the registry</td>\
<td>2026-03-{{ number % 28 + 1 }}</td><td><a href="/notices/{{ number }}">Read the notice</a></td></tr>{% endfor %}\
</table></html>"""

app = Flask(__name__)


@app.get("/__bench/page")
def page():
    return render_template_string(PAGE, rows=int(request.args["rows"]))
