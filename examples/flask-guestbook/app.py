"""flask-guestbook: a Flask app (WSGI) with a form. Its entries live in /tmp, so they last only as long as the sandbox."""

import os
import sqlite3
import tempfile

from flask import Flask, redirect, render_template, request, url_for

app = Flask(__name__)
DATABASE = os.path.join(tempfile.gettempdir(), "guestbook.db")


def connect():
    connection = sqlite3.connect(DATABASE, timeout=5)
    connection.row_factory = sqlite3.Row
    connection.execute("CREATE TABLE IF NOT EXISTS entries (name TEXT NOT NULL, text TEXT NOT NULL)")
    return connection


@app.get("/")
def show():
    connection = connect()
    try:
        entries = connection.execute("SELECT name, text FROM entries ORDER BY rowid DESC LIMIT 100").fetchall()
    finally:
        connection.close()
    return render_template("guestbook.html", entries=entries)


@app.post("/")
def sign():
    name = request.form.get("name", "").strip()[:50]
    text = request.form.get("text", "").strip()[:500]
    if not name or not text:
        return "Please give a name and a text.", 400
    connection = connect()
    try:
        with connection:
            connection.execute("INSERT INTO entries VALUES (?, ?)", (name, text))
    finally:
        connection.close()
    return redirect(url_for("show"), code=303)
