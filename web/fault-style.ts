/** The look of the pages that the gateway answers with; light or dark as the visitor's system is. */
export const faultStyle = `
:root{--paper:#f6f5f1;--card:#fff;--ink:#1d1f24;--soft:#5d6270;--line:#e4e2da;--accent:#3b5bdb}
@media(prefers-color-scheme:dark){:root{--paper:#131519;--card:#1b1e24;--ink:#eceef2;--soft:#9aa1b0;--line:#2b2f38;--accent:#8ea6ff}}
.s4{--accent:#b7791f}.s5{--accent:#d6455d}
@media(prefers-color-scheme:dark){.s4{--accent:#e9b45c}.s5{--accent:#ff8095}}
*{box-sizing:border-box;margin:0}
body{min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:1.25rem;padding:1.5rem;background:var(--paper);color:var(--ink);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{width:100%;max-width:34rem;background:var(--card);border:1px solid var(--line);border-radius:14px;position:relative;overflow:hidden;padding:2rem 2.25rem 1.75rem;box-shadow:0 1px 2px rgb(0 0 0/.04),0 12px 32px rgb(0 0 0/.06)}
main::before{content:"";position:absolute;inset:0 0 auto;height:4px;background:var(--accent)}
.status{display:flex;flex-wrap:wrap;align-items:baseline;gap:.75rem;color:var(--soft);font-size:.875rem;margin-bottom:.75rem}
.status b{color:var(--accent);font-size:.9375rem;letter-spacing:.04em}
.status span{overflow-wrap:anywhere;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.8125rem}
h1{font-size:1.625rem;line-height:1.25;letter-spacing:-.015em;margin-bottom:.625rem;text-wrap:balance}
.message{font-size:1.0625rem;margin-bottom:.75rem}
main>p{color:var(--soft)}main>p.message{color:var(--ink)}
aside{margin-top:1.25rem;padding:.875rem 1rem;border-radius:8px;background:var(--paper);border:1px solid var(--line)}
aside h2{font-size:.8125rem;font-weight:600;letter-spacing:.01em;margin-bottom:.125rem}
aside p{color:var(--soft);font-size:.9375rem;line-height:1.55}
main>p.request{margin-top:1.25rem;padding-top:1rem;border-top:1px solid var(--line);font-size:.8125rem}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.8125rem;overflow-wrap:anywhere;user-select:all}
footer{color:var(--soft);font-size:.8125rem}
@media(max-width:30rem){main{padding:1.5rem 1.25rem}h1{font-size:1.375rem}}
`.trim()
