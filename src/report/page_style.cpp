#include "report/page_style.h"

#include <fmt/core.h>

#include "report/markup.h"

namespace firmground::report {

/// On paper always light, cards kept whole. Roles as in picture.h.
const char* const kPageStyle = R"(
:root{color-scheme:light dark;--text:#1b2733;--quiet:#5b6875;--rule:#d5dbe1;--paper:#ffffff;--card:#f4f6f8}
@media screen and (prefers-color-scheme:dark){:root{--text:#e6ebf0;--quiet:#a3afba;--rule:#38434e;--paper:#14191e;--card:#1e252c;
--land:#262b2b;--water:#1b2630;--district:#7d8894;--road:#b59a76;--contact:#c9b6e4;--cleared:#6fa3d8;--reduced:#3f6f9f;
--cancelled:#52616f;--remaining:#d9952f;--ap-mine:#b78ad8;--av-mine:#8256a8;--erw:#4b3a5c;--killed:#dedede;--injured:#777777;
--national:#55b3a2;--foreign:#2c6a5f;--origin-unknown:#555555;--suspected-ink:#f4a718;--confirmed-ink:#ff7d78}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--text);font:16px/1.5 "Noto Sans","Noto Sans Arabic","Noto Sans Armenian",
"Noto Sans Georgian",system-ui,sans-serif}
main{max-width:1120px;margin:0 auto;padding:2rem 1.25rem 3rem}
header{border-bottom:3px solid var(--cleared,#1f4e79);padding-bottom:1rem;margin-bottom:1.5rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem}h2{font-size:1.2rem;margin:2.2rem 0 .8rem}h3{font-size:1rem;margin:0 0 .5rem}
p{margin:.2rem 0}.quiet{color:var(--quiet)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(16.5rem,1fr));gap:.8rem;list-style:none;margin:0;padding:0}
.card{background:var(--card);border-radius:6px;padding:.9rem 1rem;display:flex;flex-direction:column;gap:.15rem}
.card h3{font-size:.85rem;color:var(--quiet);margin:0}.value{font-size:1.65rem;font-weight:700;line-height:1.25}
.unknown{font-size:1.15rem;font-weight:400;color:var(--quiet)}.basis{font-size:.88rem}.small{font-size:.78rem;color:var(--quiet)}
details{font-size:.82rem}summary{cursor:pointer;color:var(--quiet)}summary:focus-visible{outline:2px solid var(--cleared,#1f4e79)}
figure{margin:0;min-width:0}figcaption{font-size:.82rem;color:var(--quiet)}
svg{display:block;width:100%;height:auto;font-family:"Noto Sans","Noto Sans Arabic","Noto Sans Armenian","Noto Sans Georgian",sans-serif}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:2rem 2.2rem}
.estimate{display:grid;grid-template-columns:minmax(0,3fr) minmax(15rem,2fr);gap:1.5rem;align-items:start}
@media(max-width:760px){.estimate{grid-template-columns:1fr}}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.82rem;margin:.5rem 0}caption{text-align:start;color:var(--quiet)}
th,td{padding:.18rem .6rem;border-bottom:1px solid var(--rule);text-align:end;font-variant-numeric:tabular-nums}
th:first-child,td:first-child{text-align:start}dt{font-weight:700;margin-top:.6rem}dd{margin:0;color:var(--quiet)}
dl{columns:2;column-gap:2rem;font-size:.85rem}dl div{break-inside:avoid}@media(max-width:760px){dl{columns:1}}
footer{margin-top:2.5rem;border-top:1px solid var(--rule);padding-top:.8rem;font-size:.8rem;color:var(--quiet);overflow-wrap:anywhere}
@page{size:A4;margin:14mm}
@media print{body{font-size:11px}main{max-width:none;padding:0}.card,figure,tr{break-inside:avoid}details:not([open]){display:none}
.cards{grid-template-columns:repeat(3,1fr)}.charts{grid-template-columns:1fr 1fr}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
)";

std::string element(const char* tag, const char* css_class, const std::string& text) {
  return text.empty() ? "" : fmt::format(R"(<{} class="{}" dir="auto">{}</{}>)", tag, css_class, escaped(text), tag);
}

std::string section(const std::string& heading, const std::string& content) {
  return "<section><h2>" + escaped(heading) + "</h2>" + content + "</section>\n";
}

}  // namespace firmground::report
