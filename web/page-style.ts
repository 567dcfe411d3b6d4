/** The look that all pages of the bot share; light or dark as the visitor's system is. Pages add what is their own. */
export const pageStyle = `
:root{color-scheme:light dark;--paper:#f6f5f1;--card:#fff;--ink:#1d1f24;--soft:#5d6270;--line:#e4e2da;--accent:#3b5bdb;--good:#2b7a4b;--bad:#c92a44;--warn:#a2620a;--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
@media(prefers-color-scheme:dark){:root{--paper:#131519;--card:#1b1e24;--ink:#eceef2;--soft:#9aa1b0;--line:#2b2f38;--accent:#8ea6ff;--good:#69c98f;--bad:#ff8095;--warn:#e9b45c}}
*{box-sizing:border-box;margin:0}
body{min-height:100vh;display:flex;flex-direction:column;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.brand{padding:.875rem 1.5rem;font-size:.9375rem;font-weight:650;letter-spacing:-.01em}
.brand a{color:inherit;text-decoration:none;display:inline-flex;align-items:center;gap:.5rem}
.brand i{width:.875rem;height:.875rem;border-radius:.25rem;background:var(--accent)}
main{width:100%;max-width:var(--width,44rem);margin:0 auto;padding:.5rem 1.5rem 3rem;flex:1}
h1{font-size:1.625rem;line-height:1.25;letter-spacing:-.015em;margin-bottom:.5rem;text-wrap:balance;overflow-wrap:anywhere}
h2{font-size:1.0625rem;line-height:1.35;margin:1.75rem 0 .5rem}
p,ul,ol{margin-bottom:.75rem}
ul,ol{padding-left:1.25rem}
a{color:var(--accent);text-underline-offset:.15em}
code,pre{font-family:var(--mono);font-size:.875em}
code{overflow-wrap:anywhere}
.soft{color:var(--soft)}.good{color:var(--good)}.bad{color:var(--bad)}.warn{color:var(--warn)}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:1.25rem 1.5rem;margin:1rem 0;box-shadow:0 1px 2px rgb(0 0 0/.04)}
.card>:last-child{margin-bottom:0}
.note{border:1px solid var(--line);border-left:3px solid var(--accent);border-radius:8px;background:var(--card);padding:.75rem 1rem;margin:.75rem 0;overflow-wrap:anywhere}
.note.good{border-left-color:var(--good);color:inherit}.note.bad{border-left-color:var(--bad);color:inherit}.note.warn{border-left-color:var(--warn);color:inherit}
.note>:last-child{margin-bottom:0}
table{border-collapse:collapse;width:100%}
th,td{padding:.5rem 1rem .5rem 0;border-top:1px solid var(--line);vertical-align:top;text-align:left}
tr:first-child>*{border-top:0}
th{font-weight:600;white-space:nowrap}
td{overflow-wrap:anywhere}
button,.button{appearance:none;display:inline-block;border:1px solid var(--accent);border-radius:8px;background:var(--accent);color:var(--card);padding:.5rem 1rem;font:inherit;font-weight:600;line-height:1.4;text-decoration:none;cursor:pointer}
button.plain,.button.plain{background:var(--card);border-color:var(--line);color:var(--ink);font-weight:500}
label{display:block;font-weight:600;margin-bottom:.25rem}
input,select{width:100%;max-width:28rem;border:1px solid var(--line);border-radius:8px;background:var(--card);color:inherit;padding:.5rem .75rem;font:inherit}
input[type=radio],input[type=checkbox]{width:auto;accent-color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.foot{padding:1rem 1.5rem;color:var(--soft);font-size:.8125rem;text-align:center}
@media(max-width:36rem){.brand{padding:.75rem 1rem}main{padding:.25rem 1rem 2rem}h1{font-size:1.375rem}.card{padding:1rem}}
`.trim()
